"""The user's own code in a guided trial: taken from a candidate, written by hand, and undone."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from support.total import EXERCISE, MARKER, RIGHT, WRONG

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import (
    Author,
    CandidatesSampled,
    Event,
    LineChosen,
    LinesRestored,
    LinesRewound,
    SettingsChanged,
    SolveFinished,
    SolvePaused,
    TrialStarted,
)
from egcfg_tui.solving.commands import ChangeSettings, CommandInbox, Pause, ReplaceCode, Resume, Rewind, Undo
from egcfg_tui.solving.guided.written import written_lines
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

BY_HAND = "    result = 100\n    for x in xs:\n        result = result + x\n"


class Desk:
    """A solve and the commands on their way to it."""

    def __init__(self, sandbox: Sandbox, chosen: Settings, branches: int = 64) -> None:
        answers = scripted(lambda _prompt: [(WRONG, 0.9), (RIGHT, 0.1)], MARKER)
        self.engine = FakeEngine(answers, max_branches=branches)
        self.commands: deque[Any] = deque()
        inbox = CommandInbox(
            budget_s=60,
            clock=time.monotonic,
            wait=lambda _seconds: self.commands.popleft() if self.commands else None,
        )
        self.events: Iterator[Event] = solve(
            self.engine, sandbox, SolveRequest(EXERCISE, "egcfg", chosen, budget_s=60), inbox
        )

    def until(self, kind: type[Event], **values: object) -> Any:
        return next(
            event
            for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in values.items())
        )


PLAIN = Settings(temperature=0.0, gamma=0.0, horizon=2)


def test_what_the_user_writes_stands_in_the_code_line_by_line(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    desk.until(LineChosen, line=3)
    desk.commands.extend([Pause(), ReplaceCode(2, BY_HAND, Author.USER)])
    back = desk.until(LinesRewound)
    assert (back.line, back.code) == (2, "def total(xs):\n")
    lines = [desk.until(LineChosen) for _ in range(3)]
    assert [line.line for line in lines] == [2, 3, 4]
    assert [line.row for line in lines] == [2, 3, 4]
    assert {line.author for line in lines} == {Author.USER}
    assert lines[-1].code == "def total(xs):\n" + BY_HAND
    desk.until(SolvePaused)
    desk.commands.append(Resume())
    after = desk.until(LineChosen)
    assert (after.line, after.author) == (5, Author.MODEL)
    assert after.code.startswith("def total(xs):\n" + BY_HAND)


def test_a_candidate_is_gone_on_from(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    sampled = desk.until(CandidatesSampled, line=2)
    text = sampled.candidates[0].text
    desk.commands.append(ReplaceCode(2, text, Author.CANDIDATE))
    first = desk.until(LineChosen)
    assert (first.line, first.author) == (2, Author.CANDIDATE)
    second = desk.until(LineChosen)
    assert second.code == "def total(xs):\n" + text
    assert desk.until(LineChosen).line == 4


def test_code_that_passes_the_tests_ends_the_solve(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    desk.until(LineChosen, line=3)
    right = RIGHT.removesuffix("```").removeprefix("def total(xs):\n")
    desk.commands.append(ReplaceCode(2, right, Author.USER))
    end = desk.until(SolveFinished)
    assert end.solved
    assert end.solution == "def total(xs):\n" + right
    assert list(desk.events) == []
    assert desk.engine.open_branches == 0


@pytest.mark.parametrize("act", [Rewind(1), ReplaceCode(2, BY_HAND, Author.USER)])
def test_undone_the_lines_are_back_and_the_solve_ends_as_without(sandbox: Sandbox, act: Any) -> None:
    alone = Desk(sandbox, PLAIN).until(SolveFinished)
    desk = Desk(sandbox, PLAIN)
    third = desk.until(LineChosen, line=3)
    desk.commands.extend([Pause(), act, None, Undo(), Resume()])
    back = desk.until(LinesRestored)
    assert (back.line, back.code) == (4, third.code)
    assert desk.until(LineChosen).line == 4
    end = desk.until(SolveFinished)
    assert end.solution == alone.solution
    assert list(desk.events) == []
    assert desk.engine.open_branches == 0


def test_undoing_goes_back_act_by_act_and_then_does_nothing(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    third = desk.until(LineChosen, line=3)
    acts = [ReplaceCode(3, "    result = 1\n", Author.USER), Rewind(2), Undo(), Undo(), Undo(), Resume()]
    desk.commands.extend([Pause(), *acts])
    assert desk.until(LinesRestored).code.endswith("    result = 1\n")
    assert desk.until(LinesRestored).code == third.code
    assert desk.until(LineChosen).line == 4


def test_settings_change_from_the_next_line_on_and_hold_for_later_trials(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, Settings(temperature=0.5, gamma=0.0, horizon=2, candidates=2))
    desk.until(LineChosen, line=2)
    desk.commands.append(ChangeSettings((("candidates", 4), ("horizon", 1), ("temperature", 0.9))))
    told = desk.until(SettingsChanged)
    assert dict(told.values) == {"candidates": 4, "horizon": 1, "temperature": 0.9}
    sampled = desk.until(CandidatesSampled, line=4)
    assert len(sampled.candidates) == 4
    assert all(candidate.text.count("\n") <= 1 for candidate in sampled.candidates)
    assert desk.until(TrialStarted).settings.startswith("ns4t0.9d1")


def test_more_candidates_than_there_are_branches_are_told_down(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, Settings(temperature=0.5, gamma=0.0, horizon=2, candidates=2), branches=13)
    desk.until(LineChosen, line=2)
    desk.commands.append(ChangeSettings((("candidates", 5),)))
    desk.until(SettingsChanged)
    assert dict(desk.until(SettingsChanged).values) == {"candidates": 3}


def test_lines_are_cut_where_tokens_end_and_make_the_text_again() -> None:
    engine = FakeEngine(scripted(lambda _prompt: [(RIGHT, 1.0)], MARKER))
    for text in (BY_HAND, BY_HAND.rstrip(), "x = 1", "\n\n    a = 1\n\n    b = 2\n"):
        lines = list(written_lines(engine, text))
        assert "".join(line.text for line in lines) == text.rstrip("\n") + "\n" * max(1, text.endswith("\n"))
        assert [token for line in lines for token in line.tokens] == engine.tokenize(
            text if text.endswith("\n") else text + "\n"
        )
        assert all(line.text.strip() for line in lines)
