"""What a comparison says, as plain values: the reports and the screen only arrange them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.bench.comparison.curve import Curve
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.events import StageSeconds


@dataclass(frozen=True, slots=True)
class Cell:
    """What one row did on one exercise: its records, one a repeat and in their order.

    `ended` are those that say something: all but faults.
    """

    records: tuple[Record, ...]
    ended: tuple[Record, ...]

    @property
    def share(self) -> float:
        """The share of ended repeats that solved the exercise, from 0 to 1. There must be one."""
        return sum(record.outcome is Outcome.SOLVED for record in self.ended) / len(self.ended)

    @property
    def solved(self) -> bool:
        """Whether more than half of the ended repeats solved the exercise."""
        return self.share > 0.5


@dataclass(frozen=True, slots=True)
class RowSummary:
    """One model with one method, over all exercises of the comparison.

    `model` and `method` together are unique; where benches hold the same pair, `model` carries the bench's
    name as well, and `model_name` is without it. `planned` tasks are `tasks` (with a result), `faults` and
    `missing` (not run yet). `seconds`, `tokens`, `stages` and `runs` were spent on `tasks`. `median_s` and
    `mean_s` are seconds to solve, of solved tasks. `repeat_shares`: the share solved in each repeat, empty
    for less than two. `unguarded`: solved tasks with a test that was judged inside the program's process.
    `rsr`: None without a greedy row of the model. `relay`: two models in one budget (`relays`), computed from
    the rows of both.
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
        """What tells the row from all others."""
        return self.model, self.method

    @property
    def share(self) -> float:
        """The share of tasks that were solved, from 0 to 1."""
        return self.solved / self.tasks if self.tasks else 0.0

    @property
    def seconds_per_solved(self) -> float | None:
        """All seconds spent, also on what was not solved, for each solved task."""
        return self.seconds / self.solved if self.solved else None

    @property
    def tokens_per_solved(self) -> float | None:
        """All tokens evaluated, also for what was not solved, for each solved task."""
        return self.tokens / self.solved if self.solved else None


@dataclass(frozen=True, slots=True)
class PairSummary:
    """Two rows on the exercises that both have a result for.

    `difference`, `low` and `high` are percentage points of `a` minus `b`; None without such an exercise. The
    four cells hold exercise ids; a row counts as solving an exercise by more than half of its repeats.
    `ahead`: the name of the row that is ahead, if the data tell. `needed`: exercises that would show the
    difference, where they do not.
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
        """How many exercises both rows have a result for."""
        return len(self.both) + len(self.only_a) + len(self.only_b) + len(self.neither)


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is equal in all that is compared: the tests that steered, the budget, `wall` or `model` clock."""

    visible: str
    budget_s: float | None
    budget_tokens: int | None
    clock: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that is said of one or more benches.

    `exercises` are the ids compared, `left_out` how many others `--common` left out. `rows` are in order of
    the share they solved, `pairs` are all pairs of rows in that order. `complete`: every planned task has a
    result. `summary` is the answer in words, `notes` what a reader must know beside it.
    """

    exercises: tuple[str, ...]
    left_out: int
    conditions: Conditions
    complete: bool
    rows: tuple[RowSummary, ...]
    pairs: tuple[PairSummary, ...]
    summary: str
    notes: tuple[str, ...]
