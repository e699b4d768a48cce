"""The result of a comparison as plain values, which the reports and the screen only arrange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.bench.comparison.curve import Curve
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.events import StageSeconds


@dataclass(frozen=True, slots=True)
class Cell:
    """The records of one row on one exercise: one per repeat, in order.

    `ended` are the records without faults.
    """

    records: tuple[Record, ...]
    ended: tuple[Record, ...]

    @property
    def share(self) -> float:
        """The share of ended repeats that solved the exercise, from 0 to 1. At least one must have ended."""
        return sum(record.outcome is Outcome.SOLVED for record in self.ended) / len(self.ended)

    @property
    def solved(self) -> bool:
        """Whether more than half of the ended repeats solved the exercise."""
        return self.share > 0.5


@dataclass(frozen=True, slots=True)
class RowSummary:
    """One model with one method, over all exercises of the comparison.

    `model` and `method` together are unique: if benches have the same pair, `model` also has the name of the
    bench, and `model_name` is without it. `planned` is the sum of `tasks` (with a result), `faults` and
    `missing` (not run yet). `seconds`, `tokens`, `stages` and `runs` are the cost of `tasks`. `median_s` and
    `mean_s` are the seconds of solved tasks. `repeat_shares` is the solved share of each repeat, empty for a
    single repeat. `unguarded` counts solved tasks with a test that was judged inside the program's process.
    `rsr` is None without a greedy row of the model. `relay` marks two models in one budget (`relays`).
    """

    model: str
    method: str
    model_name: str
    bench: str
    folder: Path
    planned: int
    tasks: int
    solved: int
    visible_passed: int
    faults: int
    missing: int
    median_s: float | None
    mean_s: float | None
    seconds: float
    tokens: int
    runs: int
    stages: StageSeconds
    outcomes: Mapping[Outcome, int]
    repeat_shares: tuple[float, ...]
    unguarded: int
    by_seconds: Curve
    by_tokens: Curve
    cells: Mapping[str, Cell] = field(repr=False)
    rsr: float | None = None
    relay: bool = False

    @property
    def name(self) -> tuple[str, str]:
        """The unique name of the row."""
        return self.model, self.method

    @property
    def share(self) -> float:
        """The share of tasks that were solved, from 0 to 1."""
        return self.solved / self.tasks if self.tasks else 0.0

    @property
    def seconds_per_solved(self) -> float | None:
        """All seconds, also those of unsolved tasks, divided by the number of solved tasks."""
        return self.seconds / self.solved if self.solved else None

    @property
    def tokens_per_solved(self) -> float | None:
        """All evaluated tokens, also those of unsolved tasks, divided by the number of solved tasks."""
        return self.tokens / self.solved if self.solved else None


@dataclass(frozen=True, slots=True)
class PairSummary:
    """Two rows on the exercises for which both have a result.

    `difference` is `a` minus `b` in percentage points, with the interval from `low` to `high`; None without
    such an exercise. `both`, `only_a`, `only_b` and `neither` hold the ids of exercises, which count as
    solved if more than half of the repeats solved them. `ahead` is the name of the row that is ahead, None if
    the exercises are too few to tell; then `needed` is how many would be enough.
    """

    a: tuple[str, str]
    b: tuple[str, str]
    difference: float | None
    low: float | None
    high: float | None
    mcnemar_p: float
    both: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    neither: tuple[str, ...]
    ahead: tuple[str, str] | None
    needed: int | None
    words: str

    @property
    def exercises(self) -> int:
        """For how many exercises both rows have a result."""
        return len(self.both) + len(self.only_a) + len(self.only_b) + len(self.neither)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions that all compared records share: visible tests, budget, clock (`wall` or `model`)."""

    visible: str
    budget_s: float | None
    budget_tokens: int | None
    clock: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole comparison of one or more benches.

    `exercises` are the compared ids, `left_out` is how many others `--common` left out. `rows` are ordered by
    the share that they solved, `pairs` are all pairs of rows in that order. `complete`: every planned task
    has a result. `summary` is the result in words; `notes` are what a reader must also know.
    """

    exercises: tuple[str, ...]
    left_out: int
    conditions: Conditions
    complete: bool
    rows: tuple[RowSummary, ...]
    pairs: tuple[PairSummary, ...]
    summary: str
    notes: tuple[str, ...]
