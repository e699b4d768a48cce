"""Auto: the greedy answer, `FIRST_ROUNDS` rounds of samples, then guided trials and samples in turn.

The first samples are the cheapest chance there is, each further one is worth less, and a guided trial costs
as much as some rounds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials import greedy, guided, sampling
from egcfg_tui.solving.trials.schedules import MethodModule, Past, PlannedTrial

FIRST_ROUNDS: Final = 3
"""Rounds of samples before the first guided trial."""

ROUNDS_BETWEEN: Final = 2
"""Rounds of samples between two guided trials: about what a guided trial costs."""


def plan(request: SolveRequest, settings: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next trial; where samples say nothing new, or no guided trial is left, the other kind goes on."""
    due = past.counts[sampling.NAME] < FIRST_ROUNDS + ROUNDS_BETWEEN * past.counts[guided.NAME]
    kinds: tuple[MethodModule, ...] = (greedy, sampling, guided) if due else (greedy, guided, sampling)
    for kind in kinds:
        planned = kind.plan(request, settings, past)
        if planned is not None:
            return replace(planned, shares=True)
    return None
