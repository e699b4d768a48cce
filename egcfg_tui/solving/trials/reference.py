"""The method `reference`: one trial of EG-CFG by `egcfg_tui.solving.guided.reference`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from egcfg_tui.events import Event
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.guided.reference import reference_trial
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial, once

NAME: Final = "reference"


def plan(request: SolveRequest, _guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """One trial, with the random numbers of the first trial of `egcfg`."""
    planned = once(NAME, request, past)
    return None if planned is None else PlannedTrial(NAME, planned.settings, (request.seed, 1))


def trial(context: SolveContext, planned: PlannedTrial, _samples: Samples) -> Iterator[Event]:
    """The reference trial."""
    return reference_trial(context, planned.settings, planned.seed)
