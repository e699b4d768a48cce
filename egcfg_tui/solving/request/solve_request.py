"""The request of a solve."""

from __future__ import annotations

from dataclasses import dataclass, field

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.methods import DEFAULT_METHOD
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """One exercise to solve. `method` is a name in `METHODS`; the same `seed` gives the same run.

    The budget is `budget_s` seconds by the solver's clock, and `budget_tokens` evaluated tokens if that is
    not None; the solve ends when either is used up. `settings` hold for all trials; `grid` varies some of
    them for guided trials. Scoring may take `scoring_s` wall seconds, or the rest of the budget if it is
    None, and in both cases a margin on top.
    """

    exercise: Exercise
    method: str = DEFAULT_METHOD
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0
    grid: Grid = field(default_factory=Grid)
    budget_tokens: int | None = None
    scoring_s: float | None = None
