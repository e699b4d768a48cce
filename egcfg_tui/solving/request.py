"""What a solve is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.settings import Method, Settings


@dataclass(frozen=True, slots=True)
class SolveRequest:
    """One exercise to solve. `budget_s` is wall seconds; the same `seed` gives the same run."""

    exercise: Exercise
    method: Method = Method.EGCFG
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0
