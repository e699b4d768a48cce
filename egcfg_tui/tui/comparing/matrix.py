"""The matrix of a bench: what became of each exercise by each model and method, folded from its events."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from functools import cached_property

from egcfg_tui.bench.events import BenchEvent, BenchFinished, BenchStarted, BenchStopped, TaskEnded, TaskFound
from egcfg_tui.bench.progress import Progress, Row
from egcfg_tui.bench.records import Outcome, Record, Task

ExerciseKey = tuple[str, str]
"""The id of an exercise and the hash of its content: a row of the matrix."""

Column = Row
"""A model and a method."""


@dataclass(frozen=True)
class Cell:
    """One exercise by one model and method. `records`: those that count, one a repeat, in their order.

    `running`: a repeat is in flight. `planned`: how many repeats there are.
    """

    records: tuple[Record, ...] = ()
    running: bool = False
    planned: int = 1

    @cached_property
    def ended(self) -> tuple[Record, ...]:
        """The records that say something about model and method: all but faults."""
        return tuple(record for record in self.records if record.outcome is not Outcome.FAULT)

    @property
    def solved(self) -> int:
        """How many repeats solved the exercise."""
        return sum(record.outcome is Outcome.SOLVED for record in self.ended)

    @property
    def seconds(self) -> float | None:
        """The mean time of the repeats that ended, by the bench's clock."""
        return statistics.fmean(record.seconds for record in self.ended) if self.ended else None

    @property
    def recording(self) -> str | None:
        """The recording of the last repeat that has one, relative to the bench's folder."""
        return next((record.recording for record in reversed(self.records) if record.recording), None)


class Matrix:
    """Takes the events of a bench. Before `BenchStarted` it has neither rows nor columns."""

    def __init__(self) -> None:
        self.progress = Progress()
        self.exercises: tuple[ExerciseKey, ...] = ()
        self.columns: tuple[Column, ...] = ()
        self._records: dict[Task, Record] = {}

    def apply(self, event: BenchEvent) -> None:
        """Notes what an event tells."""
        self.progress.apply(event)
        match event:
            case BenchStarted(plan=plan):
                self.exercises = tuple((exercise.id, exercise.sha256) for exercise in plan.exercises)
                self.columns = tuple(
                    (model.name, method.name) for model in plan.models for method in plan.methods
                )
            case TaskFound(record=record) | TaskEnded(record=record):
                known = self._records.get(record.task)
                if known is None or known.outcome is Outcome.FAULT:
                    self._records[record.task] = record
            case BenchStopped() | BenchFinished():
                self.end()
            case _:
                pass

    def end(self) -> None:
        """Nothing is in flight any more."""
        self.progress.running.clear()

    def cell(self, exercise: ExerciseKey, column: Column) -> Cell:
        """What became of an exercise by a model and method."""
        repeats = self.progress.plan.repeats if self.progress.plan else 1
        tasks = [Task(*exercise, *column, repeat) for repeat in range(1, repeats + 1)]
        return Cell(
            tuple(self._records[task] for task in tasks if task in self._records),
            any(task in self.progress.running for task in tasks),
            repeats,
        )
