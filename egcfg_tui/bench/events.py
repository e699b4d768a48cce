"""The events of a running bench: facts in the past tense, like the solver's events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import Record, Task
from egcfg_tui.events import Event


@dataclass(frozen=True, slots=True)
class BenchEvent:
    """Base of a bench's events. Events of a `transient` class only animate a screen."""

    transient: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class MeasuringStarted(BenchEvent):
    """The prices of a model's decodes are about to be measured, which takes about a minute."""

    model: str


@dataclass(frozen=True, slots=True)
class BenchStarted(BenchEvent):
    """The bench began or was resumed. The records of tasks that ended earlier follow as `TaskFound`."""

    plan: Plan


@dataclass(frozen=True, slots=True)
class TaskFound(BenchEvent):
    """A task had ended before the bench was resumed. A task that ended in a fault will run again."""

    record: Record


@dataclass(frozen=True, slots=True)
class ModelLoading(BenchEvent):
    """A model is about to be loaded."""

    model: str


@dataclass(frozen=True, slots=True)
class ModelLoaded(BenchEvent):
    """A model is in memory. The time of loading counts in no budget."""

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
    """A task has ended and its record is on the disk."""

    record: Record


@dataclass(frozen=True, slots=True)
class BenchStopped(BenchEvent):
    """The bench was asked to stop and gave up the task in flight. `left` tasks have not ended."""

    left: int


@dataclass(frozen=True, slots=True)
class BenchFinished(BenchEvent):
    """Every task has run. `faults` of them ended in a fault: with any, the bench is incomplete."""

    faults: int
