"""Auto: the greedy answer, then samples and mutants, then guided trials once these give nothing new.

Mutants solve exercises that samples miss, at a small part of their cost. At equal cost fresh samples solve
more than guided trials, so guidance only gets the time that samples cannot use (docs/results.md). Its trials
start from the answers that failed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials import greedy, guided, mutating
from egcfg_tui.solving.trials.schedules import MethodModule, Past, PlannedTrial

_KINDS: Final[tuple[MethodModule, ...]] = (greedy, mutating, guided)


def plan(request: SolveRequest, settings: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next trial of the first kind that has one left."""
    plans = (kind.plan(request, settings, past) for kind in _KINDS)
    return next((replace(planned, shares=True) for planned in plans if planned is not None), None)
