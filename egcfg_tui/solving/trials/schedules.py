"""Schedules: which trial comes next. Pure: what happened so far in, the next planned out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egcfg_tui.solving.request.settings import Method, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

ROUND: Final = 8
"""Distinct answers of a round of samples."""

FIRST_ROUNDS: Final = 3
"""Rounds of samples of `auto` before its first guided trial."""

ROUNDS_BETWEEN: Final = 2
"""Rounds of samples of `auto` between two guided trials: about what a guided trial costs."""


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """A trial to run. `method` is greedy, sample or egcfg.

    `seed` are the numbers its random numbers come from. `from_failures`: it starts from what failed.
    """

    method: Method
    settings: Settings
    seed: tuple[int, ...]
    from_failures: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """The trials so far, by method. `exhausted`: samples say nothing new any more."""

    greedy: int = 0
    sampled: int = 0
    guided: int = 0
    exhausted: bool = False

    @property
    def trials(self) -> int:
        """All of them."""
        return self.greedy + self.sampled + self.guided


def next_trial(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next trial of a request, None when no other could come out better by a measure the solver may see.

    `guided` are the settings of guided trials: those of the request's grid that fit. Greedy is one trial.
    Sample is round after round. Egcfg is the grid in its order, then again with other random numbers. Auto is
    the greedy answer, `FIRST_ROUNDS` rounds of samples, then guided trials and `ROUNDS_BETWEEN` rounds of
    samples in turn: the first samples are the cheapest chance there is, each further one is worth less, and a
    guided trial costs as much as some rounds. Without visible tests nothing tells answers apart: the first
    one stays the only one.
    """
    if not request.exercise.visible:
        return _only_trial(request, guided) if past.trials == 0 else None
    if request.method is Method.GREEDY:
        return _greedy(request) if past.greedy == 0 else None
    if request.method is Method.SAMPLE:
        return _sample(request, past)
    if request.method is Method.EGCFG:
        return _guided(request, guided, past, from_failures=False)
    if past.greedy == 0:
        return _greedy(request)
    due = past.sampled < FIRST_ROUNDS + ROUNDS_BETWEEN * past.guided
    sample, steered = _sample(request, past), _guided(request, guided, past, from_failures=True)
    return (sample or steered) if due else (steered or sample)


def _only_trial(request: SolveRequest, guided: tuple[Settings, ...]) -> PlannedTrial | None:
    past = Past()
    if request.method is Method.SAMPLE and request.settings.temperature > 0:
        return _sample(request, past)
    if request.method is Method.EGCFG:
        return _guided(request, guided, past, from_failures=False)
    return _greedy(request)


def _greedy(request: SolveRequest) -> PlannedTrial:
    return PlannedTrial(Method.GREEDY, request.settings, (request.seed,))


def _sample(request: SolveRequest, past: Past) -> PlannedTrial | None:
    """Another round. At temperature 0 there is one sample, the greedy answer."""
    if past.exhausted:
        return None
    return PlannedTrial(Method.SAMPLE, request.settings, (request.seed, 0))


def _guided(
    request: SolveRequest, settings: tuple[Settings, ...], past: Past, *, from_failures: bool
) -> PlannedTrial | None:
    """The next setting of the grid; a setting without chance in it is worth one trial."""
    number = past.guided
    if number >= len(settings):
        settings = tuple(entry for entry in settings if entry.temperature > 0)
        if not settings:
            return None
    return PlannedTrial(
        Method.EGCFG,
        settings[number % len(settings)],
        (request.seed, number + 1),
        from_failures=from_failures,
    )
