"""Thoughts that a model writes where its answer should begin."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
import pytest
from support.trials import solve_context

from egcfg_sandbox import CodeTest, Sandbox
from egcfg_tui.engine.api import Logits
from egcfg_tui.engine.fake import END, VOCAB_SIZE, FakeEngine, LogitsFunction
from egcfg_tui.events import (
    Event,
    LineChosen,
    SignalBuilt,
    SolveFinished,
    Stage,
    StageEntered,
    ThoughtSkipped,
    TokenCounts,
)
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.thoughts import THOUGHTS, ThoughtMarks
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.grid_file import bundled_grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.solving.trials.guided import guided_trial

OPENING = "<assistant>```python\n"
CODE = "def total(xs):\n    return sum(xs)\n"
THOUGHT = "<think>\nPerhaps:\n```python\ndef total(xs):\n    return 0\n```\nNo, sum.\n</think>"
EXERCISE = Exercise(
    id="total",
    title="Total",
    statement="Add up a list.",
    kind=ExerciseKind.FUNCTION,
    entry_point="total",
    visible=(CodeTest("assert total([1, 2]) == 3"),),
)


def continuing(answer: bytes) -> LogitsFunction:
    """A model that says these bytes after the opening, even if they cut a character."""

    def logits(data: bytes) -> Logits:
        row = np.full(VOCAB_SIZE, -20.0, dtype=np.float32)
        so_far = len(data.partition(OPENING.encode())[2])
        row[answer[so_far] if so_far < len(answer) else END] = 0.0
        return row

    return logits


def saying(answer: str, *, can_rewind: bool = True) -> FakeEngine:
    return FakeEngine(continuing(answer.encode()), can_rewind=can_rewind)


def events_of(
    engine: FakeEngine, sandbox: Sandbox, method: str = "greedy", settings: Settings | None = None
) -> list[Event]:
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic)
    request = SolveRequest(EXERCISE, method, settings or Settings(), budget_s=1e9, grid=bundled_grid(method))
    return list(solve(engine, sandbox, request, inbox))


def end_of(events: list[Event]) -> SolveFinished:
    end = events[-1]
    assert isinstance(end, SolveFinished)
    return end


def skipped(events: list[Event]) -> list[ThoughtSkipped]:
    return [event for event in events if isinstance(event, ThoughtSkipped)]


@pytest.mark.parametrize("can_rewind", [True, False])
@pytest.mark.parametrize("method", list(METHODS))
def test_every_method_answers_behind_a_thought(method: str, can_rewind: bool, sandbox: Sandbox) -> None:
    engine = saying(f"{THOUGHT}\n```python\n{CODE}```", can_rewind=can_rewind)
    events = events_of(engine, sandbox, method)
    end = end_of(events)
    assert (end.solved, end.solution) == (True, CODE)
    assert skipped(events) == [ThoughtSkipped(THOUGHT, len(THOUGHT), ended=True)]
    assert end.tokens.thought == len(THOUGHT)
    assert engine.open_branches == 0


def test_a_guided_trial_has_the_thought_on_both_branches(sandbox: Sandbox) -> None:
    prompts: list[str] = []
    answers = continuing(f"{THOUGHT}\n{CODE.replace('sum', 'max')}".encode())

    def logits(data: bytes) -> Logits:
        prompts.append(data.decode())
        return answers(data)

    with solve_context(FakeEngine(logits), sandbox, EXERCISE) as context:
        events = list(guided_trial(context, Settings(), (0, 0)))
    signals = [event.text for event in events if isinstance(event, SignalBuilt) and event.text]
    conditional = [text for text in prompts if signals[0] in text]
    assert conditional
    assert all(text.partition(OPENING)[2].startswith(f"{THOUGHT}\n") for text in conditional)
    codes = [event.code for event in events if isinstance(event, LineChosen)]
    assert codes[-1] == "\n" + CODE.replace("sum", "max")


@pytest.mark.parametrize("marks", THOUGHTS, ids=lambda marks: marks.opener)
@pytest.mark.parametrize("before", ["", "\n", "\r\n\n"])
def test_all_kinds_of_thoughts_are_skipped(marks: ThoughtMarks, before: str, sandbox: Sandbox) -> None:
    thought = f"{before}{marks.opener}\nWell ...{marks.end}"
    events = events_of(saying(f"{thought}{CODE}"), sandbox)
    assert end_of(events).solved
    assert [event.tokens for event in skipped(events)] == [len(thought.encode())]


@pytest.mark.parametrize("method", list(METHODS))
@pytest.mark.parametrize("answer", [f"<think>\n{'Hm. ' * 500}</think>{CODE}", "<think>\nI do not know."])
def test_a_thought_without_an_end_is_told(answer: str, method: str, sandbox: Sandbox) -> None:
    engine = saying(answer)
    events = events_of(engine, sandbox, method, Settings(thought_tokens=100))
    end = end_of(events)
    assert (end.solved, end.reason, end.trials) == (False, "thought", 0)
    assert [event.ended for event in skipped(events)] == [False]
    assert end.tokens.thought <= 100
    assert engine.open_branches == 0


def test_the_budget_of_a_thought_is_its_own(sandbox: Sandbox) -> None:
    answer = f"<think>{'Hm. ' * 100}</think>{CODE}"
    settings = Settings(max_tokens=len(CODE) + 1)
    assert end_of(events_of(saying(answer), sandbox, settings=settings)).solved
    exact = len(answer) - len(CODE)
    for room in (exact - 1, exact):
        end = end_of(events_of(saying(answer), sandbox, settings=Settings(thought_tokens=room)))
        assert end.solved is (room == exact)


def test_an_answer_without_a_thought_costs_nothing_more(sandbox: Sandbox) -> None:
    events = events_of(saying(f"{CODE}```"), sandbox)
    assert end_of(events).tokens.thought == 0
    assert skipped(events) == []
    assert StageEntered(Stage.THOUGHT) not in events


@pytest.mark.parametrize("code", ["<tt>\n", "[x for x in input()]\n", "\n\n\n"])
def test_what_only_begins_like_an_opener_is_the_answer(code: str, sandbox: Sandbox) -> None:
    events = events_of(saying(f"{code}{CODE}```"), sandbox)
    assert skipped(events) == []
    chosen = [event.code for event in events if isinstance(event, LineChosen)]
    assert chosen[-1].startswith(code)


def test_control_tokens_open_and_end_a_thought(sandbox: Sandbox) -> None:
    """Their pieces are empty; the text that a chat template writes for them says what they are."""
    names = {1: "<|channel>", 2: "<channel|>"}

    class Gemma(FakeEngine):
        def piece(self, token: int) -> bytes:
            return b"" if token in names else super().piece(token)

        def control_text(self, token: int) -> str:
            return names.get(token, "")

    said = b"\1thought\nWell ...\2" + CODE.encode()

    events = events_of(Gemma(continuing(said)), sandbox)
    assert end_of(events).solution == CODE
    assert [event.text for event in skipped(events)] == ["<|channel>thought\nWell ...<channel|>"]


def test_a_stop_within_a_thought_ends_the_solve(sandbox: Sandbox) -> None:
    ticks: Iterator[int] = iter(range(10**6))
    inbox = CommandInbox(budget_s=1e9, clock=time.monotonic, stop_requested=lambda: next(ticks) > 40)
    engine = saying(f"{THOUGHT}{CODE}")
    *_, end = solve(engine, sandbox, SolveRequest(EXERCISE, "greedy"), inbox)
    assert isinstance(end, SolveFinished)
    assert end.reason == "stopped"
    assert 0 < end.tokens.thought < len(THOUGHT)
    assert engine.open_branches == 0


def test_thoughts_count_as_evaluated() -> None:
    assert TokenCounts(prompt=2, thought=3, reused=9).evaluated == 5


def test_the_seconds_of_a_thought_are_its_own(sandbox: Sandbox) -> None:
    assert end_of(events_of(saying(f"{THOUGHT}{CODE}"), sandbox)).stages.thought > 0
    assert end_of(events_of(saying(CODE), sandbox)).stages.thought == 0
