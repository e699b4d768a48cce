"""Finds the settings that fit into the context, before anything is evaluated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from egcfg_tui.events import SettingsLeftOut
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

if TYPE_CHECKING:
    from egcfg_tui.engine.api import Engine
    from egcfg_tui.prompting.task import TaskPrompt

SHORTEST_ANSWER_TOKENS: Final = 128
"""A trial is started only if its answer can have this many tokens."""

OTHER_BRANCHES: Final = 10
"""Branches besides those of candidates in a guided trial: of the line, of prompts, and of waiting samples."""


@dataclass(frozen=True, slots=True)
class Fit:
    """The part of a request that fits into the context.

    `settings` are the fitting settings of its guided trials, in the order of the grid. `least_tokens` is the
    smallest context in which anything can be tried, `most_tokens` the smallest in which everything can.
    """

    settings: tuple[Settings, ...]
    least_tokens: int
    most_tokens: int


def fit(engine: Engine, request: SolveRequest, prompt_for: Callable[[PromptStyle], TaskPrompt]) -> Fit:
    """Compares every prompt of a request with the context.

    In the worst case a guided trial holds the whole answer on both branches and another one on each
    candidate, and also the prompt that samples continue from, if the method samples.
    """
    method, own = METHODS[request.method], request.settings.prompt_style
    lengths: dict[PromptStyle, tuple[int, int]] = {}
    for settings in (request.settings, *request.grid.settings(request.settings)):
        if settings.prompt_style not in lengths:
            prompt = prompt_for(settings.prompt_style)
            lengths[settings.prompt_style] = (
                len(prompt.head_tokens(engine.tokenize)),
                len(prompt.tail_tokens(engine.tokenize)),
            )
    unguided = sum(lengths[own]) + SHORTEST_ANSWER_TOKENS

    def needed(settings: Settings) -> int:
        head, tail = lengths[settings.prompt_style]
        beside = sum(lengths[own]) if method.trials and settings.prompt_style != own else 0
        answers = (settings.candidates + 2) * SHORTEST_ANSWER_TOKENS
        return beside + head + tail + settings.signal_tokens + tail + answers

    if not method.has_guided_trials:
        return Fit((), unguided, unguided)
    grid = {settings: needed(settings) for settings in request.grid.settings(request.settings)}
    fitting = tuple(settings for settings, tokens in grid.items() if tokens <= engine.info.context_tokens)
    least = min(grid.values()) if method.guided else unguided
    return Fit(fitting, least, max(grid.values()))


def too_many_candidates(engine: Engine, request: SolveRequest) -> str | None:
    """Why the engine has too few branches for the guided trials of a request; None if it has enough.

    That happens only with models that keep a state per branch, since memory then limits their number.
    """
    if not METHODS[request.method].has_guided_trials:
        return None
    branches = engine.info.max_branches
    most = max(settings.candidates for settings in request.grid.settings(request.settings))
    if most + OTHER_BRANCHES <= branches:
        return None
    return (
        f"the memory has room for {branches} states of this model, too few for {most} candidates; "
        f"use --candidates {branches - OTHER_BRANCHES} or fewer, or free memory"
    )


def left_out(event: SettingsLeftOut) -> str:
    """A message about the settings that do not fit, with the next step."""
    return (
        f"{event.settings} of {event.of} settings of guided trials left out: they do not fit into the "
        f"context of {event.context_tokens} tokens; use --context {event.needed_tokens} for all"
    )
