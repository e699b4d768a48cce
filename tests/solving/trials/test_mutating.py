"""The mutating trial: a nearly right answer becomes a right one without the model."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.total import EXERCISE, MARKER, THREE_TESTS, WRONG

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import CodeExecuted, SolveFinished
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.chat import chat_frame
from egcfg_tui.prompting.styles import PromptStyle
from egcfg_tui.prompting.task import task_prompt
from egcfg_tui.solving.commands import CommandInbox, Interrupted
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import Purpose
from egcfg_tui.solving.mutation.mutants import mutants
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.solving.trials.mutating import trial
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import PlannedTrial

PLANNED = PlannedTrial("mutate", Settings(), (0,))
LAST = "def total(xs):\n    result = 0\n    for x in xs:\n        result = x\n    return result\n"
"""One change cannot mend it, since an assignment does not become an addition."""
OFF_BY_ONE = "def total(xs):\n    result = 1\n    for x in xs:\n        result += x\n    return result\n"
TWO_OFF = "def total(xs):\n    result = 5\n    for x in xs[1:]:\n        result += x\n    return result\n"
"""Two changes mend it: the first gives the right sum of nothing."""


@contextmanager
def failed(
    sandbox: Sandbox, *answers: str, tokens: int = 10_000, exercise: Exercise = EXERCISE
) -> Iterator[SolveContext]:
    """A solve with these failed answers that has evaluated so many tokens."""
    engine = FakeEngine(scripted(lambda _: [(WRONG, 1.0)], MARKER))
    prompt = task_prompt(exercise, PromptStyle.PLAIN, chat_frame(None, bos_text="", eos_text=""))
    inbox = CommandInbox(budget_s=60, clock=lambda: 0.0)
    with SolveContext(engine, sandbox, exercise, prompt, inbox) as context:
        for answer in answers:
            assert context.judge(answer)
        context.meter.count(Purpose.DECODED, tokens)
        yield context


def executed(context: SolveContext) -> list[CodeExecuted]:
    events = trial(context, PLANNED, Samples(context, 0))
    return [event for event in events if isinstance(event, CodeExecuted)]


def test_a_mutant_that_passes_every_test_is_the_answer(sandbox: Sandbox) -> None:
    with failed(sandbox, LAST, OFF_BY_ONE) as context:
        *_, last = executed(context)
        assert last.passed
        assert context.solved
        space: dict[str, Any] = {}
        exec(context.solution, space)
        assert space["total"]([70, 7]) == 77


def test_the_best_answers_are_mutated_first(sandbox: Sandbox) -> None:
    half = "def total(xs):\n    return 3 if xs else 1\n"
    with failed(sandbox, OFF_BY_ONE, half) as context:
        executed(context)
        assert context.solution == half.replace("1", "0").strip()


def test_a_mutant_that_passes_more_tests_is_mutated_in_its_turn(sandbox: Sandbox) -> None:
    exercise = dataclasses.replace(EXERCISE, visible=EXERCISE.visible[::-1])
    with failed(sandbox, TWO_OFF, exercise=exercise) as context:
        assert not any(event.passed for event in executed(context))
        assert context.best is not None
        assert context.best.passed_tests == 1
        executed(context)
        assert context.solved


def test_there_is_a_mutant_for_every_second_evaluated_token(sandbox: Sandbox) -> None:
    with failed(sandbox, LAST, tokens=80) as context:
        runs = context.cache.runs
        executed(context)
        assert context.mutants.taken == 40
        assert executed(context) == []
        assert context.mutants.taken == 40
        context.meter.count(Purpose.DECODED, 10)
        executed(context)
        assert context.mutants.taken == 45
        assert context.cache.runs >= runs + 45


def test_endless_mutants_end_the_trial(sandbox: Sandbox) -> None:
    endless = "def total(xs):\n    while True:\n" + "        xs = xs[1:] + [2]\n" * 9
    exercise = dataclasses.replace(
        EXERCISE, limits=dataclasses.replace(EXERCISE.limits, wall_s=0.1, cpu_s=0.1)
    )
    with failed(sandbox, endless, exercise=exercise) as context:
        executed(context)
        assert 16 <= context.mutants.taken <= 64 < len(list(mutants(endless)))


def test_a_stop_ends_the_trial_at_once(sandbox: Sandbox) -> None:
    with failed(sandbox, LAST) as context:
        context.inbox.stop_requested = lambda: True
        with pytest.raises(Interrupted):
            executed(context)


@pytest.mark.parametrize("method", ["auto", "mutate"])
def test_a_model_that_is_off_by_one_solves_the_exercise(sandbox: Sandbox, method: str) -> None:
    engine = FakeEngine(scripted(lambda _: [(OFF_BY_ONE + "```", 1.0)], MARKER))
    inbox = CommandInbox(budget_s=60, clock=lambda: 0.0)
    *events, end = solve(engine, sandbox, SolveRequest(THREE_TESTS, method, budget_s=60), inbox)
    assert isinstance(end, SolveFinished)
    assert end.solved
    assert end.trial_list[-1].method == "mutate"
    assert end.trial_list[-1].tokens.evaluated == 0
    (told,) = (event for event in events if isinstance(event, CodeExecuted) and event.passed)
    assert told.mutant_of == OFF_BY_ONE.strip()
