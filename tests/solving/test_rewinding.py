"""Going back to an earlier line of a guided trial."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.total import EXERCISE, MARKER, RIGHT, WRONG
from support.trials import Decisions, decisions, solve_context, unverified

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, hashed, scripted
from egcfg_tui.events import Event, LineChosen, LinesRewound, SolveFinished, SolvePaused
from egcfg_tui.solving.commands import ChangeSettings, CommandInbox, Pause, Resume, Rewind
from egcfg_tui.solving.request.settings import RefreshMode, Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.solving.trials.guided import guided_trial


class Desk:
    """A solve, and the commands that it has not read yet."""

    def __init__(self, sandbox: Sandbox, chosen: Settings, method: str = "egcfg") -> None:
        def answers(prompt: str) -> list[tuple[str, float]]:
            return [(RIGHT, 0.9), (WRONG, 0.1)] if "Attempt 1" in prompt else [(WRONG, 0.9), (RIGHT, 0.1)]

        self.engine = FakeEngine(scripted(answers, MARKER))
        self.commands: deque[Any] = deque()
        inbox = CommandInbox(
            budget_s=60,
            clock=time.monotonic,
            wait=lambda _seconds: self.commands.popleft() if self.commands else None,
        )
        request = SolveRequest(EXERCISE, method, chosen, budget_s=60)
        self.events: Iterator[Event] = solve(self.engine, sandbox, request, inbox)

    def until(self, kind: type[Event], **values: object) -> Any:
        return next(
            event
            for event in self.events
            if isinstance(event, kind)
            and all(getattr(event, name) == value for name, value in values.items())
        )


# Temperature 0: one trial, and every candidate is the wrong answer.
PLAIN = Settings(temperature=0.0, gamma=0.0, horizon=2)


@pytest.mark.parametrize("mode", [RefreshMode.LINE, RefreshMode.TOKEN, RefreshMode.PERSISTENT_PREFIX])
def test_going_back_evaluates_nothing_and_comes_to_the_same_lines(
    sandbox: Sandbox, mode: RefreshMode
) -> None:
    desk = Desk(sandbox, Settings(temperature=0.0, gamma=0.0, horizon=2, refresh_mode=mode))
    second = desk.until(LineChosen, line=2)
    fourth = desk.until(LineChosen, line=4)
    desk.commands.append(Rewind(2))
    decoded = desk.engine.decoded_tokens
    back = desk.until(LinesRewound)
    assert desk.engine.decoded_tokens == decoded
    assert (back.line, back.code) == (2, "def total(xs):\n")
    assert desk.until(LineChosen, line=2).code == second.code
    assert desk.until(LineChosen, line=4).code == fourth.code
    assert desk.until(SolveFinished).solution == WRONG.removesuffix("```")
    assert list(desk.events) == []
    assert desk.engine.open_branches == 0


def test_another_guidance_weight_takes_another_way_from_there(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    assert desk.until(LineChosen, line=4).text.strip() == "result = x"
    desk.commands.extend([Pause(), Rewind(4), ChangeSettings((("gamma", 1.0),)), Resume()])
    assert desk.until(LinesRewound).line == 4
    assert desk.until(LineChosen, line=4).text.strip() == "result += x"


def test_a_paused_solve_is_still_paused_after_going_back(sandbox: Sandbox) -> None:
    desk = Desk(sandbox, PLAIN)
    desk.until(LineChosen, line=3)
    desk.commands.extend([Pause(), Rewind(1)])
    assert desk.until(LinesRewound).code == ""
    desk.until(SolvePaused)
    desk.commands.append(Resume())
    assert desk.until(LineChosen).line == 1


@pytest.mark.parametrize("line", [5, 99, 0, -3])
def test_a_line_that_is_not_behind_begins_the_line_in_work_anew(sandbox: Sandbox, line: int) -> None:
    desk = Desk(sandbox, PLAIN)
    code = desk.until(LineChosen, line=4).code
    desk.commands.append(Rewind(line))
    assert desk.until(LinesRewound).code == code
    assert desk.until(LineChosen).line == 5


def told(
    sandbox: Sandbox, chosen: Settings, seed: int, can_rewind: bool, failed: bool, rewinds: dict[int, int]
) -> Decisions:
    """The decisions of a trial on a model that writes nonsense, without those that were taken back.

    `rewinds`: after how many events of any kind to go back to which line.
    """
    engine = FakeEngine(hashed(seed), can_rewind=can_rewind)
    commands: deque[Any] = deque()
    inbox = CommandInbox(
        budget_s=1e9, clock=lambda: 0.0, wait=lambda _s: commands.popleft() if commands else None
    )
    taken: Decisions = []
    with solve_context(engine, sandbox, inbox=inbox) as context:
        if failed:
            context.judge("def f(x):\n    return x\n")
        trial = guided_trial(context, chosen, (seed,), attempts=context.failures)
        for number, event in enumerate(trial):
            if number in rewinds:
                commands.append(Rewind(rewinds[number]))
            taken += decisions([event])
            if isinstance(event, LinesRewound):
                taken = [entry for entry in taken if entry.line < event.line]
                lines = [entry.text for entry in taken if isinstance(entry, LineChosen)]
                assert event.code == "def f(x):\n" + "".join(lines)
    return unverified(taken)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 99),
    chosen=st.builds(
        Settings,
        candidates=st.integers(1, 3),
        temperature=st.sampled_from([0.0, 0.9]),
        horizon=st.integers(1, 3),
        refresh=st.integers(1, 3),
        gamma=st.sampled_from([0.5, 1.5]),
        line_temperature=st.sampled_from([0.0, 0.7]),
        max_tokens=st.just(40),
        signal_tokens=st.just(4000),
        refresh_mode=st.sampled_from([RefreshMode.LINE, RefreshMode.PERSISTENT_PREFIX]),
    ),
    can_rewind=st.booleans(),
    failed=st.booleans(),
    rewinds=st.dictionaries(st.integers(0, 150), st.integers(-1, 9), max_size=4),
)
def test_going_back_at_any_moment_changes_nothing(
    sandbox: Sandbox,
    seed: int,
    chosen: Settings,
    can_rewind: bool,
    failed: bool,
    rewinds: dict[int, int],
) -> None:
    """The same candidates, lines and probabilities follow. The signal that was in force is so again: that of
    the failed answers, or that of lines before."""
    straight = told(sandbox, chosen, seed, can_rewind, failed, {})
    assert told(sandbox, chosen, seed, can_rewind, failed, rewinds) == straight


@pytest.mark.parametrize("method", ["sample", "greedy"])
def test_methods_without_lines_to_go_back_to_do_not_hear_it(sandbox: Sandbox, method: str) -> None:
    desk = Desk(sandbox, PLAIN, method)
    desk.commands.extend([Rewind(1)] * 50)
    told = list(desk.events)
    assert isinstance(told[-1], SolveFinished)
    assert not any(isinstance(event, LinesRewound) for event in told)
