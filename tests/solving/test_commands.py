"""Stops, pauses, steps and the budget."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from egcfg_tui.events import GammaChanged, SettingsChanged, SolvePaused, SolveResumed
from egcfg_tui.solving.commands import ChangeSettings, CommandInbox, Interrupted, Pause, Resume, StepLine
from egcfg_tui.solving.request.settings import Settings


class Desk:
    """A clock and a queue of commands; waiting moves the clock on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.commands: deque[Any] = deque()
        self.stopped = False
        self.waits = 0

    def wait(self, seconds: float) -> Any | None:
        self.now += seconds
        self.waits += 1
        if self.waits > 1000:
            self.stopped = True
        return self.commands.popleft() if self.commands else None

    def inbox(self, budget_s: float = 100.0) -> CommandInbox:
        return CommandInbox(
            budget_s=budget_s, clock=lambda: self.now, wait=self.wait, stop_requested=lambda: self.stopped
        )


def test_nothing_asked_for_nothing_happens() -> None:
    assert list(Desk().inbox().checkpoint()) == []


def test_a_stop_interrupts() -> None:
    desk = Desk()
    inbox = desk.inbox()
    desk.stopped = True
    with pytest.raises(Interrupted) as caught:
        list(inbox.checkpoint())
    assert caught.value.reason == "stopped"


def test_a_spent_budget_interrupts_and_pauses_do_not_count() -> None:
    desk = Desk()
    inbox = desk.inbox(budget_s=10)
    desk.now = 5.0
    desk.commands.extend([Pause(), *[None] * 400, Resume()])
    assert list(inbox.checkpoint()) == [SolvePaused(), SolveResumed()]
    assert desk.now > 20
    assert inbox.elapsed_s == pytest.approx(5.0)
    desk.now += 6
    with pytest.raises(Interrupted) as caught:
        list(inbox.checkpoint())
    assert caught.value.reason == "budget"


def test_a_stop_ends_a_pause() -> None:
    desk = Desk()
    inbox = desk.inbox()
    desk.commands.append(Pause())
    with pytest.raises(Interrupted):
        list(inbox.checkpoint())


def test_a_step_goes_on_to_the_next_line_and_holds_again() -> None:
    desk = Desk()
    inbox = desk.inbox()
    desk.commands.extend([Pause(), StepLine()])
    assert list(inbox.checkpoint()) == [SolvePaused(), SolveResumed()]
    assert list(inbox.checkpoint()) == []
    inbox.line_chosen()
    desk.commands.append(Resume())
    assert list(inbox.checkpoint()) in ([], [SolvePaused(), SolveResumed()])
    assert list(inbox.checkpoint()) == []


def test_changed_settings_are_told_at_once_also_in_a_pause() -> None:
    desk = Desk()
    inbox = desk.inbox()
    changed = ChangeSettings((("gamma", 3.0), ("temperature", 0.5), ("seed", 7)))
    desk.commands.extend([Pause(), changed, None, Resume()])
    assert list(inbox.checkpoint()) == [
        SolvePaused(),
        GammaChanged(3.0),
        SettingsChanged((("temperature", 0.5), ("seed", 7))),
        SolveResumed(),
    ]
    in_force = inbox.in_force(Settings(horizon=2))
    assert (in_force.gamma, in_force.temperature, in_force.horizon) == (3.0, 0.5, 2)
    assert inbox.seed == 7


def test_a_smaller_budget_ends_a_solve_that_has_used_it() -> None:
    desk = Desk()
    inbox = desk.inbox(budget_s=100)
    desk.now = 50.0
    desk.commands.append(ChangeSettings((("budget_s", 40.0),)))
    with pytest.raises(Interrupted) as caught:
        list(inbox.checkpoint())
    assert caught.value.reason == "budget"


def test_half_of_the_seconds_or_of_the_tokens_makes_it_late() -> None:
    desk = Desk()
    inbox = desk.inbox(budget_s=10.0)
    assert not inbox.late
    desk.now = 5.0
    assert inbox.late
    inbox = CommandInbox(budget_s=10.0, clock=lambda: 0.0, budget_tokens=100)
    inbox.tokens = 49
    assert not inbox.late
    inbox.tokens = 50
    assert inbox.late
