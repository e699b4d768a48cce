"""Follows one bench in a thread and keeps its state, which the screen draws."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from egcfg_tui.bench.events import (
    BenchEvent,
    BenchFinished,
    BenchStarted,
    BenchStopped,
    MeasuringStarted,
    ModelLoaded,
    ModelLoading,
    TaskEnded,
    TaskEvent,
    TaskFound,
    TaskStarted,
)
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.progress import Estimate
from egcfg_tui.bench.records import BenchError, Record
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.events import Progressed
from egcfg_tui.exercises import ExerciseError
from egcfg_tui.models import ModelError
from egcfg_tui.tui import terminal
from egcfg_tui.tui.bridge import EventQueue
from egcfg_tui.tui.comparing.matrix import Matrix
from egcfg_tui.tui.comparing.sources import FolderChosen, Source

if TYPE_CHECKING:
    from egcfg_tui.bench.comparison import Comparison

SHARE_OF_TIME: Final = 0.02
"""The share of the time that comparing may take while the bench goes on."""


class BenchPhase(StrEnum):
    """Where a bench stands."""

    WORKING = "working"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FINISHED = "finished"
    BROKEN = "broken"

    @property
    def active(self) -> bool:
        """Whether the bench is in flight."""
        return self in (BenchPhase.WORKING, BenchPhase.STOPPING)


@dataclass(frozen=True, slots=True)
class Compared(BenchEvent):
    """The tasks that have ended so far were compared."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class BenchBroke(BenchEvent):
    """The bench cannot be run or followed. `message` gives the reason and the next step."""

    message: str


@dataclass(frozen=True, slots=True)
class StreamEnded(BenchEvent):
    """The bench gave its last event."""


class BenchDriver:
    """The state of a bench.

    `spawn` runs a function in a thread of its own; everything else is called in the screen's thread. `doing`
    is the work in progress in words, begun at `doing_since_s`; `tokens` is what its task has evaluated, and
    `left` the number of tasks that a stop left over. `estimate` was made at `estimate_at_s`.
    """

    def __init__(
        self, source: Source, clock: Callable[[], float], spawn: Callable[[Callable[[], None]], object]
    ) -> None:
        self.source = source
        self.clock = clock
        self._spawn = spawn
        self._forget()

    def _forget(self) -> None:
        self.phase = BenchPhase.WORKING
        self.matrix = Matrix()
        self.folder: Path | None = None
        self.comparison: Comparison | None = None
        self.message = ""
        self.left = 0
        self.estimate: Estimate | None = None
        self.estimate_at_s = 0.0
        self._do("preparing")
        self._stopper = Stopper()
        self._queue: EventQueue[BenchEvent] = EventQueue(self.clock)

    def start(self) -> None:
        """Starts the bench, or continues it from the records in its folder."""
        self._forget()
        stopper, queue = self._stopper, self._queue
        self._spawn(lambda: _pump(self.source, stopper, queue))

    def stop(self) -> None:
        """Asks the bench to stop. Tasks that ended are kept."""
        if self.phase.active:
            self.phase = BenchPhase.STOPPING
            self._stopper.request()

    def tick(self) -> bool:
        """Takes the events since the last tick; returns whether there were any."""
        told = self._queue.drain()
        for at_s, event in told:
            self.matrix.apply(event)
            self._note(event, at_s)
        return bool(told)

    def _note(self, event: BenchEvent, at_s: float) -> None:
        match event:
            case FolderChosen(path=path):
                self.folder = path
            case MeasuringStarted(model=model):
                self._do(f"measuring the speed of {model}")
            case ModelLoading(model=model):
                self._do(f"loading {model}")
            case BenchStarted():
                self._do("waiting for a task" if not self.source.is_run else "starting")
            case TaskStarted(task=task):
                self._do(f"{task.exercise} by {task.method}")
                self.estimate, self.estimate_at_s = self.matrix.progress.estimate(), at_s
            case TaskEvent(event=Progressed(tokens=tokens)):
                self.tokens = tokens.evaluated
            case Compared(comparison=comparison):
                self.comparison = comparison
            case BenchFinished():
                self.phase = BenchPhase.FINISHED
            case BenchStopped(left=left):
                self.phase, self.left = BenchPhase.STOPPED, left
            case BenchBroke(message=message):
                self.phase, self.message = BenchPhase.BROKEN, message
            case StreamEnded() if self.phase.active:  # the process that fills a watched folder is gone
                self.phase, self.left = BenchPhase.STOPPED, self._not_ended()
                self.matrix.end()
            case StreamEnded():
                self.matrix.end()
            case _:
                pass

    def _not_ended(self) -> int:
        return self.matrix.progress.total - self.matrix.progress.ended

    def _do(self, what: str) -> None:
        self.doing, self.doing_since_s, self.tokens = what, self.clock(), 0


def _pump(source: Source, stopper: Stopper, queue: EventQueue[BenchEvent]) -> None:
    """Moves the events of a bench into the queue; runs in a thread. An error must not end the screen."""
    try:
        for event in _compared(source.events(stopper), measures=source.is_run):
            if not isinstance(event, TaskEvent) or isinstance(event.event, Progressed):
                queue.put(event)
    except (BenchError, ExerciseError, ModelError) as error:
        queue.put(BenchBroke(str(error)))
    except Exception as error:
        terminal.log(traceback.format_exc())
        queue.put(BenchBroke(f"Unexpected error: {type(error).__name__}: {error}; {terminal.details()}"))
    queue.put(StreamEnded())


def _compared(events: Iterator[BenchEvent], *, measures: bool) -> Iterator[BenchEvent]:
    """The events, with a comparison of the tasks that have ended.

    When this process measures the tasks, it compares between two of them, so that no task has to share the
    processor. A comparison that takes long is not made after every task.
    """
    pauses = (TaskEnded, ModelLoaded) if measures else (TaskEnded, TaskStarted)
    from egcfg_tui.bench.comparison import compare, source_of

    plan: Plan | None = None
    records: list[Record] = []
    folder, wait_until_s, is_new = Path(), 0.0, False
    for event in events:
        yield event
        match event:
            case FolderChosen(path=folder):
                pass
            case BenchStarted(plan=plan):
                pass
            case TaskFound(record=record) | TaskEnded(record=record):
                records.append(record)
                is_new = True
            case _:
                pass
        between = isinstance(event, pauses) and time.monotonic() >= wait_until_s
        at_end = isinstance(event, BenchStopped | BenchFinished)
        if is_new and plan is not None and (between or at_end):
            began_s, is_new = time.monotonic(), False
            try:
                yield Compared(compare([source_of(records, plan, path=folder)]))
            except BenchError as error:  # the matrix is useful without the comparison
                terminal.log(str(error))
            took_s = time.monotonic() - began_s
            wait_until_s = time.monotonic() + took_s / SHARE_OF_TIME
