"""Keeps account of the tasks of a bench: which have ended and which are still to run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from egcfg_tui.bench.events import TaskFound
from egcfg_tui.bench.folder import BenchWriter
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import BenchError, Outcome, Record, Task


class Ledger:
    """The account of the tasks of one plan. It holds tasks and no records, so it stays small."""

    def __init__(self, plan: Plan, writer: BenchWriter) -> None:
        self._plan = plan
        self._writer = writer
        self._ended: set[Task] = set()
        self._faults: Counter[Task] = Counter()

    def found(self) -> Iterator[TaskFound]:
        """The tasks that ended earlier. Raises `BenchError` for a record of a task that the plan lacks."""
        known = set(self._plan.tasks())
        for record in self._writer.records():
            if record.task not in known:
                raise BenchError(
                    f"{self._writer.folder.records}: has a record of exercise {record.exercise}, model "
                    f"{record.model}, method {record.method}, repeat {record.repeat}, which the bench does "
                    "not run; remove its line"
                )
            self._note(record)
            yield TaskFound(record)

    def left(self) -> list[Task]:
        """The tasks to run, in their order: those without a record, and those that ended in a fault."""
        return [task for task in self._plan.tasks() if task not in self._ended]

    def tries(self, task: Task) -> int:
        """How often a task ended in a fault."""
        return self._faults[task]

    @property
    def faults(self) -> int:
        """How many tasks have only faults."""
        return sum(task not in self._ended for task in self._faults)

    def write(self, record: Record) -> None:
        """Writes the record of a task that ended. A second record of the same task is dropped."""
        if record.task not in self._ended:
            self._writer.append(record)
            self._note(record)

    def _note(self, record: Record) -> None:
        if record.outcome is Outcome.FAULT:
            self._faults[record.task] += 1
        else:
            self._ended.add(record.task)
