"""Helpers for tests of trials: an exercise that no tiny model solves, and contexts to solve it in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from typing import Final

from egcfg_sandbox import CodeTest, Sandbox
from egcfg_tui.engine.api import Engine
from egcfg_tui.events import CandidatesSampled, Event, LineChosen, SignalBuilt
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import TaskPrompt, task_prompt
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.request.settings import Settings

OUT_OF_REACH: Final = Exercise(
    id="x",
    title="X",
    statement="Do x.",
    kind=ExerciseKind.FUNCTION,
    entry_point="f",
    visible=(CodeTest("assert f(1) == 12345"),),
    starter="def f(x):\n",
)

Decisions = list[CandidatesSampled | SignalBuilt | LineChosen]
"""What a trial drew, saw and chose, every probability included."""


def prompt_for(
    engine: Engine, exercise: Exercise = OUT_OF_REACH, style: PromptStyle = PromptStyle.PLAIN
) -> TaskPrompt:
    """The prompt of an exercise in the chat format of the engine's model."""
    info = engine.info
    frame = chat_frame(info.chat_template, bos_text=info.bos_text, eos_text=info.eos_text)
    return task_prompt(exercise, style, frame)


def unlimited() -> CommandInbox:
    """An inbox without commands and with unlimited time."""
    return CommandInbox(budget_s=1e9, clock=time.monotonic)


def ticking() -> Callable[[], float]:
    """A clock that moves on by a second at each look, so that budgets always cut at the same place."""
    ticks = count()
    return lambda: float(next(ticks))


@contextmanager
def solve_context(
    engine: Engine,
    sandbox: Sandbox,
    exercise: Exercise = OUT_OF_REACH,
    *,
    style: PromptStyle = PromptStyle.PLAIN,
    inbox: CommandInbox | None = None,
) -> Iterator[SolveContext]:
    """A context whose prompt is evaluated; at its end, checks that it gave all its tokens back."""
    prompt = prompt_for(engine, exercise, style)
    with SolveContext(engine, sandbox, exercise, prompt, inbox or unlimited()) as context:
        list(context.evaluate_prompt(Settings()))
        yield context
    assert engine.free_tokens == engine.info.context_tokens


def decisions(events: Iterable[Event]) -> Decisions:
    """The decisions among the events."""
    return [event for event in events if isinstance(event, CandidatesSampled | SignalBuilt | LineChosen)]


def unverified(taken: Decisions) -> Decisions:
    """The decisions without the note whether their tokens came from drafts."""
    return [
        replace(event, tokens=tuple(replace(choice, verified=False) for choice in event.tokens))
        if isinstance(event, LineChosen)
        else event
        for event in taken
    ]


def texts(taken: Decisions) -> list[tuple[str, ...]]:
    """Decisions as texts, without probabilities: lines token by token, candidates, signals."""

    def text(event: CandidatesSampled | SignalBuilt | LineChosen) -> tuple[str, ...]:
        if isinstance(event, LineChosen):
            return tuple(choice.text for choice in event.tokens)
        if isinstance(event, CandidatesSampled):
            return tuple(candidate.text for candidate in event.candidates)
        return (event.text,)

    return [text(event) for event in taken]
