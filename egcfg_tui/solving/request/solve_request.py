"""What a solve is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.methods import DEFAULT_METHOD
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """One exercise to solve. `method` is a name in `METHODS`; the same `seed` gives the same run.

    The budget is `budget_s` seconds, by the wall or by the clock that the solver was given, and
    `budget_tokens` evaluated tokens, whichever ends first; None: as many as there is time for. `settings`
    holds for all trials but for what `grid`, which is for guided trials, varies. The solution may be scored
    for `scoring_s` wall seconds; None: as long as the budget lasts. A margin is added to both.
    """

    exercise: Exercise
    method: str = DEFAULT_METHOD
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0
    grid: Grid = field(default_factory=Grid)
    budget_tokens: int | None = None
    scoring_s: float | None = None
