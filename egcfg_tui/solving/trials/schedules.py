"""Schedules: which trial comes next, and what the module of a method offers."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from egcfg_tui.events import Event
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

if TYPE_CHECKING:
    from egcfg_tui.solving.context import SolveContext
    from egcfg_tui.solving.trials.sample_tree import Samples


@dataclass(frozen=True, slots=True)
class PlannedTrial:
    """A trial to run, by a method that has trials of its own.

    `seed` are the numbers that its random numbers come from. `shares`: trials of other methods belong to the
    same solve; a greedy trial leaves what it evaluated to the samples, a guided one starts from the answers
    that failed.
    """

    method: str
    settings: Settings
    seed: tuple[int, ...]
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """How many trials there were of each method. `exhausted`: samples say nothing new any more."""

    counts: Counter[str] = field(default_factory=Counter)
    exhausted: bool = False

    def after(self, method: str, *, exhausted: bool) -> Past:
        """The past with one more trial."""
        return Past(self.counts + Counter((method,)), exhausted)


class MethodModule(Protocol):
    """What the module of a method offers; one whose row names the trials of others needs no `trial`.

    `plan` is pure: the request, the settings of guided trials that fit the context, and what happened so far
    decide. It returns None when no further trial could come out better by a measure the solver may see.
    """

    def plan(
        self, request: SolveRequest, guided: tuple[Settings, ...], past: Past, /
    ) -> PlannedTrial | None: ...

    def trial(self, context: SolveContext, planned: PlannedTrial, samples: Samples, /) -> Iterator[Event]: ...


def module_of(method: str) -> MethodModule:
    """The module that a method's row names."""
    return cast(MethodModule, importlib.import_module(METHODS[method].module))


def next_trial(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next trial of a request by the plan of its method.

    Without visible tests nothing tells answers apart: the first trial stays the only one.
    """
    if not request.exercise.visible and past.counts:
        return None
    return module_of(request.method).plan(request, guided, past)


def once(method: str, request: SolveRequest, past: Past) -> PlannedTrial | None:
    """The plan of a method without chance in it: one trial with the request's settings."""
    return None if past.counts[method] else PlannedTrial(method, request.settings, (request.seed,))
