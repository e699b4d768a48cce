"""Shows a running bench on standard error: a live table on a terminal, otherwise one line per task."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol

from rich.table import Table
from rich.text import Text

from egcfg_tui.bench.events import (
    BenchEvent,
    BenchStarted,
    MeasuringStarted,
    ModelLoaded,
    ModelLoading,
    TaskEnded,
    TaskEvent,
    TaskStarted,
)
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.progress import Estimate, Progress
from egcfg_tui.bench.progress_words import duration, outcome_word, standing, told_estimate
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.cli import stderr
from egcfg_tui.cli.styles import BAD, FAINT, GOOD
from egcfg_tui.events import Progressed, StageEntered
from egcfg_tui.terminal_text import counted_things, printable

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLES: Final = {Outcome.SOLVED: GOOD, Outcome.FAULT: "yellow"}


class BenchNarrator(Protocol):
    """Follows a bench event by event."""

    def show(self, event: BenchEvent) -> None:
        """Shows what the event changed."""

    def __enter__(self) -> BenchNarrator: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def bench_narrator(stopping: Callable[[], bool]) -> BenchNarrator:
    """The narrator that fits standard error. `stopping` says whether the user has asked for a stop."""
    return LiveBench(stopping) if stderr.is_terminal() else PlainBench()


class PlainBench:
    """Writes one line after another, for files and pipes."""

    def __init__(self) -> None:
        self._progress = Progress()
        self._started = False

    def show(self, event: BenchEvent) -> None:
        """Writes the event's lines. Before the first new task one line sums up the tasks found on disk."""
        self._progress.apply(event)
        if isinstance(event, TaskStarted) and not self._started:
            self._started = True
            stderr.narrate(standing(self._progress))
        for line in _lines(event, self._progress):
            stderr.narrate(line.plain)

    def __enter__(self) -> PlainBench:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class LiveBench:
    """Faults and other news scroll by; a table below shows the solved tasks so far, by model and method."""

    def __init__(self, stopping: Callable[[], bool]) -> None:
        from rich.live import Live

        self._live = Live(
            self,
            console=stderr.console(),
            refresh_per_second=4,
            # Standard output carries data and must never be drawn over by the table.
            redirect_stdout=False,
            redirect_stderr=False,
            transient=True,
        )
        self._stopping = stopping
        self._progress = Progress()
        self._doing = "preparing"
        self._doing_since_s = time.monotonic()
        self._last: Record | None = None
        self._estimate: tuple[Estimate | None, float] = (None, 0.0)

    def show(self, event: BenchEvent) -> None:
        """Updates the table, and prints lines that are worth keeping above it."""
        self._progress.apply(event)
        match event:
            case MeasuringStarted(model=model):
                self._do(f"measuring the decode times of {printable(model)}")
            case ModelLoading(model=model):
                self._do(f"loading {printable(model)}")
            case TaskStarted(task=task):
                self._do(f"{printable(task.exercise)} by {task.method}")
                self._estimate = (self._progress.estimate(), time.monotonic())
            case TaskEvent(event=StageEntered(stage=stage)):
                self._stage = stage.value
            case TaskEvent(event=Progressed(tokens=tokens)):
                self._tokens = tokens.evaluated
            case TaskEnded(record=record):
                self._last = record
            case _:
                pass
        if not isinstance(event, TaskEnded) or event.record.outcome is Outcome.FAULT:
            for line in _lines(event, self._progress):
                self._live.console.print(line)

    def _do(self, what: str) -> None:
        self._doing, self._doing_since_s = what, time.monotonic()
        self._stage, self._tokens = "", 0

    def __enter__(self) -> LiveBench:
        self._do(self._doing)
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def __rich__(self) -> RenderableType:
        """The present table. Rich draws it four times a second, even if nothing happens."""
        table = Table.grid(padding=(0, 2))
        for name in ("model", "method"):
            table.add_column(name, no_wrap=True, overflow="ellipsis")
        for name in ("solved", "ended", "faults"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_row(*(Text(name, FAINT) for name in ("model", "method", "solved", "ended", "")))
        for row in self._progress.rows():
            share = f" {row.solved / row.ended:4.0%}" if row.ended else "     "
            table.add_row(
                Text(printable(row.model)),
                Text(row.method),
                Text(f"{row.solved}{share}", GOOD),
                Text(f"{row.ended}/{row.tasks}"),
                Text(f"{row.faults} faults" if row.faults else "", "yellow"),
            )
        outer = Table.grid()
        outer.add_row(table)
        outer.add_row(self._now())
        return outer

    def _now(self) -> Text:
        elapsed_s = time.monotonic() - self._doing_since_s
        text = Text(no_wrap=True, overflow="ellipsis")
        text.append(f"{'·•●•'[int(elapsed_s * 4) % 4]} {self._doing}", "bold")
        text.append(f"  {self._stage}  {elapsed_s:.0f} s")
        if self._tokens:
            text.append(f"  {self._tokens:,} tokens")
        if self._last is not None:
            text.append(
                f"   last: {printable(self._last.exercise)} {outcome_word(self._last.outcome)}", FAINT
            )
        estimate, since_s = self._estimate
        left = "time left is not known yet"
        if estimate is not None:
            left = told_estimate(estimate, passed_s=time.monotonic() - since_s)
        text.append(f"\n{self._progress.ended} of {self._progress.total} ended, {left}")
        text.append("\nstopping; Ctrl-C again ends at once" if self._stopping() else "\nCtrl-C stops", FAINT)
        return text


def _lines(event: BenchEvent, progress: Progress) -> list[Text]:
    match event:
        case BenchStarted(plan=plan):
            return [Text(_plan_line(plan))]
        case ModelLoading(model=model):
            return [Text(f"loading {printable(model)}", FAINT)]
        case ModelLoaded(model=model, load_s=load_s):
            return [Text(f"{printable(model)} loaded in {load_s:.1f} s, outside of all budgets", FAINT)]
        case MeasuringStarted(model=model):
            return [Text(f"measuring the decode times of {printable(model)} once, about a minute")]
        case TaskEnded(record=record):
            return [_task_line(record, progress)]
        case _:
            return []


def _plan_line(plan: Plan) -> str:
    budget = f"{plan.budget_tokens:,} tokens" if plan.budget_s is None else f"{plan.budget_s:g} s"
    parts = [
        counted_things(len(plan.exercises), "exercise"),
        counted_things(len(plan.models), "model"),
        counted_things(len(plan.methods), "method"),
        counted_things(plan.repeats, "repeat"),
    ]
    return (
        f"{', '.join(parts)}: {counted_things(plan.size, 'task')}, {budget} each by the {plan.clock}'s clock"
    )


def _task_line(record: Record, progress: Progress) -> Text:
    done = progress.ended + progress.faults
    line = Text(f"[{done:{len(str(progress.total))}}/{progress.total}] ")
    line.append(f"{outcome_word(record.outcome):7}", _STYLES.get(record.outcome, BAD))
    line.append(f" {printable(record.exercise)}  {printable(record.model)}  {record.method}")
    if progress.plan is not None and progress.plan.repeats > 1:
        line.append(f"  repeat {record.repeat}")
    if record.fault is not None:
        line.append(f"  {printable(record.fault)}")
        return line
    line.append(f"  {record.seconds:.1f} s, {record.tokens:,} tokens", FAINT)
    row = next(row for row in progress.rows() if (row.model, row.method) == (record.model, record.method))
    line.append(f"  {row.solved} of {row.ended} solved", FAINT)
    estimate = progress.estimate()
    if estimate is not None and done < progress.total:
        line.append(f"  about {duration(estimate.seconds)} left", FAINT)
    return line
