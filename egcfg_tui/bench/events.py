"""What a running bench tells: past-tense facts, as the solver's events are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import Record, Task
from egcfg_tui.events import Event


@dataclass(frozen=True, slots=True)
class BenchEvent:
    """Base of a bench's events. Those whose class says `transient` only animate a screen."""

    transient: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MeasuringStarted(BenchEvent):
    """The prices of a model's decodes are about to be measured, which takes about a minute."""

    model: str


@dataclass(frozen=True, slots=True)
class BenchStarted(BenchEvent):
    """The bench began or goes on. The records of the tasks that ended before follow as `TaskFound`."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class TaskFound(BenchEvent):
    """A task ended before this bench was started again. A fault is found as well; its task runs again."""

    record: Record


@dataclass(frozen=True, slots=True)
class ModelLoading(BenchEvent):
    """A model is about to be loaded."""

    model: str


@dataclass(frozen=True, slots=True)
class ModelLoaded(BenchEvent):
    """A model is in memory; its loading is no part of any budget."""

    model: str
    load_s: float


@dataclass(frozen=True, slots=True)
class TaskStarted(BenchEvent):
    """A task began."""

    task: Task


@dataclass(frozen=True, slots=True)
class TaskEvent(BenchEvent):
    """An event of the solve in flight."""

    transient: ClassVar[bool] = True
    task: Task
    event: Event


@dataclass(frozen=True, slots=True)
class TaskEnded(BenchEvent):
    """A task ended and its record is on the disk."""

    record: Record


@dataclass(frozen=True, slots=True)
class BenchStopped(BenchEvent):
    """The bench was asked to stop; the task in flight was given up. `left` tasks are to run."""

    left: int


@dataclass(frozen=True, slots=True)
class BenchFinished(BenchEvent):
    """Every task has run. `faults` of them ended in a fault: with any, the bench is incomplete."""

    faults: int
