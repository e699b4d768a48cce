"""Schedules: the next trial of a solve, and the interface of a method's module."""

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
    """A trial to run, of a method with its own trials.

    `seed` is the seed of its random numbers. `shares`: the solve also has trials of other methods, so a
    greedy trial gives its evaluated tokens to the samples, and a guided one starts from the answers that
    failed.
    """

    method: str
    settings: Settings
    seed: tuple[int, ...]
    shares: bool = False


@dataclass(frozen=True, slots=True)
class Past:
    """How many trials of each method there were, the method of the `last` one, and what is known by now.

    `exhausted`: samples give nothing new any more. `idle` counts the last guided trials in a row that
    evaluated no token, because the model ended its answer at once. `answers` counts the distinct failed
    answers, and `mutable` says whether they have mutants that did not run. `late`: half of the budget is used
    up.
    """

    counts: Counter[str] = field(default_factory=Counter)
    last: str = ""
    exhausted: bool = False
    idle: int = 0
    answers: int = 0
    mutable: bool = False
    late: bool = False

    def after(
        self, method: str, *, evaluated: int, exhausted: bool, answers: int, mutable: bool, late: bool
    ) -> Past:
        """The past with one more trial, which evaluated this many tokens, and with what is known after it."""
        idle = self.idle
        if METHODS[method].guided:
            idle = 0 if evaluated else idle + 1
        counts = self.counts + Counter((method,))
        return Past(counts, method, exhausted, idle, answers, mutable, late)


class MethodModule(Protocol):
    """The functions of a method's module. A method whose row names the trials of others needs no `trial`.

    `plan` is a pure function of the request, the settings of guided trials that fit into the context, and the
    past. It returns None when no other trial could give a better answer by the visible tests.
    """

    def plan(
        self, request: SolveRequest, guided: tuple[Settings, ...], past: Past, /
    ) -> PlannedTrial | None: ...

    def trial(self, context: SolveContext, planned: PlannedTrial, samples: Samples, /) -> Iterator[Event]: ...


def module_of(method: str) -> MethodModule:
    """The module that the row of a method names."""
    return cast(MethodModule, importlib.import_module(METHODS[method].module))


def next_trial(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """The next trial of a request, by the plan of its method.

    Without visible tests the solver cannot tell which answer is better, so there is only one trial.
    """
    if not request.exercise.visible and past.counts:
        return None
    return module_of(request.method).plan(request, guided, past)


def once(method: str, request: SolveRequest, past: Past) -> PlannedTrial | None:
    """The plan of a method without randomness: one trial with the settings of the request."""
    return None if past.counts[method] else PlannedTrial(method, request.settings, (request.seed,))
