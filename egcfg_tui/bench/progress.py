"""The progress of a bench, counted from its events, with an estimate of the time left."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from egcfg_tui.bench.events import (
    BenchEvent,
    BenchStarted,
    ModelLoaded,
    TaskEnded,
    TaskFound,
    TaskStarted,
)
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import Outcome, Record, Task

Row = tuple[str, str]
"""A model and a method."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Wall seconds until the end, and in words the basis of the estimate; `at_most`: an upper bound."""

    seconds: float
    basis: str
    at_most: bool = False


@dataclass(frozen=True, slots=True)
class RowProgress:
    """One model and method: how many tasks it has, how many have ended, were solved, or had a fault."""

    model: str
    method: str
    tasks: int
    ended: int
    solved: int
    faults: int


class Progress:
    """Counts the events of a bench; `running` are the tasks in flight, in the order in which they began."""

    def __init__(self, plan: Plan | None = None) -> None:
        self.plan = plan
        self.running: dict[Task, None] = {}
        self._outcomes: dict[Row, Counter[Outcome]] = defaultdict(Counter)
        self._faulty: set[Task] = set()
        self._wall_s: dict[Row, float] = defaultdict(float)
        self._load_s: dict[str, float] = {}

    def apply(self, event: BenchEvent) -> None:
        """Takes one event into account."""
        match event:
            case BenchStarted(plan=plan):
                self.plan = plan
            case ModelLoaded(model=model, load_s=load_s):
                self._load_s[model] = load_s
            case TaskStarted(task=task):
                self.running[task] = None
            case TaskFound(record=record) if record.outcome is not Outcome.FAULT:
                self._count(record)
            case TaskEnded(record=record):
                self.running.pop(record.task, None)
                if record.outcome is Outcome.FAULT:
                    self._faulty.add(record.task)
                else:
                    self._count(record)
            case _:
                pass

    def _count(self, record: Record) -> None:
        self._faulty.discard(record.task)
        row = (record.model, record.method)
        self._outcomes[row][record.outcome] += 1
        self._wall_s[row] += record.wall_s

    @property
    def total(self) -> int:
        """How many tasks there are."""
        return self.plan.size if self.plan else 0

    @property
    def ended(self) -> int:
        """How many tasks have ended. A fault is no end."""
        return sum(counts.total() for counts in self._outcomes.values())

    @property
    def faults(self) -> int:
        """How many tasks had a fault since the bench was started; they run again when it is resumed."""
        return len(self._faulty)

    def rows(self) -> list[RowProgress]:
        """Models and methods in the plan's order."""
        if self.plan is None:
            return []
        tasks = len(self.plan.exercises) * self.plan.repeats
        faults = Counter((task.model, task.method) for task in self._faulty)
        return [
            RowProgress(
                *row,
                tasks=tasks,
                ended=self._outcomes[row].total(),
                solved=self._outcomes[row][Outcome.SOLVED],
                faults=faults[row],
            )
            for row in self._row_names()
        ]

    def estimate(self) -> Estimate | None:
        """The time left; None before anything is known.

        A task is expected to take the average of its model and method so far. If none of these has ended, it
        is expected to take its whole budget with the wall clock, and the average of all others with the
        model's clock.
        """
        if self.plan is None or not self.total:
            return None
        rows = self.rows()
        left = {(row.model, row.method): row.tasks - row.ended - row.faults for row in rows}
        known = {row: self._wall_s[row] / counts.total() for row, counts in self._outcomes.items() if counts}
        guessed = [row for row, count in left.items() if count and row not in known]
        bound = self.plan.budget_s if self.plan.clock == "wall" else None
        if guessed and bound is None and not known:
            return None
        others = bound if bound is not None else _mean(known.values())
        seconds = sum(count * known.get(row, others) for row, count in left.items())
        models_left = {row[0] for row, count in left.items() if count} - self._load_s.keys()
        seconds += len(models_left) * _mean(self._load_s.values())
        if not known:
            return Estimate(seconds, "if every task takes its whole budget", at_most=True)
        basis = f"by the {self.ended} tasks that ended" if self.ended > 1 else "by the one task that ended"
        if guessed:
            names = ", ".join(" ".join(row) for row in guessed)
            basis += (
                f"; {names} has not run yet: {'its whole budget' if bound is not None else 'as the others'}"
            )
        return Estimate(seconds, basis)

    def _row_names(self) -> list[Row]:
        assert self.plan is not None
        return [(model.name, method.name) for model in self.plan.models for method in self.plan.methods]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0
