"""One attempt at a task: writes its events into a recording, and makes a record of its end."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from egcfg_tui import events
from egcfg_tui.bench.outcomes import UNDECIDED, is_decided, outcome_of
from egcfg_tui.bench.plan import now
from egcfg_tui.bench.records import BenchError, Outcome, Record, Task
from egcfg_tui.bench.setup import BenchSetup
from egcfg_tui.events import (
    Event,
    FailureKind,
    LineChosen,
    SolveFailed,
    SolveFinished,
    StageSeconds,
    TokenCounts,
    TrialStarted,
)
from egcfg_tui.runs import RecordedModel, Recorder, RecordingError, header_for
from egcfg_tui.solving.methods import method_named


class Attempt:
    """A context manager around the events of one solve.

    `recording` is relative to `folder`. `clock_s` gives wall seconds; a caller that passes on events late
    gives the time at which they happened.
    """

    def __init__(
        self,
        setup: BenchSetup,
        task: Task,
        folder: Path,
        recording: Path,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.task = task
        self.request = setup.request(task)
        self._plan = setup.plan
        self._recording = recording
        self._last: Event | None = None
        self._answer_tokens = 0
        self._clock_s = clock_s
        self._started_s = clock_s()
        model = next(model for model in setup.plan.models if model.name == task.model)
        header = header_for(self.request, RecordedModel(model.name, model.sha256, model.size_bytes))
        with _as_bench_errors():
            self._recorder = Recorder(folder / recording, header, clock_s=clock_s)

    def take(self, event: Event) -> None:
        """Records an event of the solve. Raises `BenchError` when the disk refuses it."""
        with _as_bench_errors():
            self._recorder.record(event)
        self._last = event
        if isinstance(event, TrialStarted):
            self._answer_tokens = 0
        elif isinstance(event, LineChosen):
            self._answer_tokens += len(event.tokens)

    def record(self) -> Record | None:
        """The record of the task; None if it was stopped before its end."""
        if isinstance(self._last, SolveFinished):
            return None if self._last.reason is events.Outcome.STOPPED else self._ended(self._last)
        failed = self._last
        if not isinstance(failed, SolveFailed):
            failed = SolveFailed(FailureKind.MODEL, "the solve ended without a result")
        return self._failed(failed)

    def _ended(self, finished: SolveFinished) -> Record:
        if not is_decided(finished.tests):
            return self._failed(SolveFailed(FailureKind.SANDBOX, UNDECIDED))
        passed = [test.passed for test in finished.tests]
        visible = [test.passed for test in finished.tests if not test.hidden]
        by = finished.solved_by
        method = method_named(self.request.method)
        gives_one_answer = not (method.samples or method.trials)
        cut = gives_one_answer and self._answer_tokens >= self.request.settings.max_tokens
        return self._made(
            outcome=outcome_of(finished, self.request.exercise, cut=cut),
            visible_passed=bool(visible) and all(visible),
            hidden_passed=finished.hidden_passed,
            seconds=finished.wall_s,
            token_counts=finished.tokens,
            stages=finished.stages,
            runs=finished.runs,
            solved_by=None if by is None else finished.trial_list[by - 1].method,
            trials=finished.trial_list,
            solution=finished.solution,
            tests_passed=sum(passed),
            tests_total=len(passed),
            guarded=all(test.result.guarded for test in finished.tests if test.result),
        )

    def _failed(self, failed: SolveFailed) -> Record:
        """The record of a failed solve: `length` if the prompt did not fit into the context, else a fault."""
        cut = failed.kind is FailureKind.CONTEXT
        exercise = self.request.exercise
        return self._made(
            outcome=Outcome.LENGTH if cut else Outcome.FAULT,
            visible_passed=False,
            hidden_passed=None,
            seconds=0.0,
            token_counts=TokenCounts(),
            stages=StageSeconds(),
            runs=0,
            solved_by=None,
            trials=(),
            solution="",
            tests_passed=0,
            tests_total=len(exercise.visible) + len(exercise.hidden),
            fault=None if cut else failed.message,
        )

    def _made(self, *, token_counts: TokenCounts, **ended: Any) -> Record:
        task, plan = self.task, self._plan
        return Record(
            exercise=task.exercise,
            exercise_sha256=task.exercise_sha256,
            model=task.model,
            method=task.method,
            repeat=task.repeat,
            seed=self.request.seed,
            wall_s=self._clock_s() - self._started_s,
            tokens=token_counts.evaluated,
            token_counts=token_counts,
            budget_s=plan.budget_s,
            budget_tokens=plan.budget_tokens,
            clock=plan.clock,
            visible=plan.visible,
            load_average=os.getloadavg()[0],
            created=now(),
            recording=self._recording.as_posix(),
            **ended,
        )

    def __enter__(self) -> Attempt:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._recorder.close()


@contextlib.contextmanager
def _as_bench_errors() -> Iterator[None]:
    """Turns a `RecordingError` inside into a `BenchError`."""
    try:
        yield
    except RecordingError as error:
        raise BenchError(
            f"{error}; everything that ended is kept, make room and repeat the command"
        ) from error
