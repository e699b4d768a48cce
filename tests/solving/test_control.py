"""Stops, pauses, steps and the budget."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest

from egcfg_tui.events import GammaChanged, SolvePaused, SolveResumed
from egcfg_tui.solving.control import Control, Interrupted, Pause, Resume, SetGamma, Step


class Desk:
    """A clock and a queue of commands; waiting passes the time."""

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

    def control(self, budget_s: float = 100.0) -> Control:
        return Control(
            budget_s=budget_s, clock=lambda: self.now, wait=self.wait, stop_requested=lambda: self.stopped
        )


def test_nothing_asked_for_nothing_happens() -> None:
    assert list(Desk().control().checkpoint()) == []


def test_a_stop_interrupts() -> None:
    desk = Desk()
    control = desk.control()
    desk.stopped = True
    with pytest.raises(Interrupted) as caught:
        list(control.checkpoint())
    assert caught.value.reason == "stopped"


def test_a_spent_budget_interrupts_and_pauses_do_not_count() -> None:
    desk = Desk()
    control = desk.control(budget_s=10)
    desk.now = 5.0
    desk.commands.extend([Pause(), *[None] * 400, Resume()])
    assert list(control.checkpoint()) == [SolvePaused(), SolveResumed()]
    assert desk.now > 20
    assert control.elapsed_s == pytest.approx(5.0)
    desk.now += 6
    with pytest.raises(Interrupted) as caught:
        list(control.checkpoint())
    assert caught.value.reason == "budget"


def test_a_stop_ends_a_pause() -> None:
    desk = Desk()
    control = desk.control()
    desk.commands.append(Pause())
    with pytest.raises(Interrupted):
        list(control.checkpoint())


def test_a_step_goes_on_to_the_next_line_and_holds_again() -> None:
    desk = Desk()
    control = desk.control()
    desk.commands.extend([Pause(), Step()])
    assert list(control.checkpoint()) == [SolvePaused(), SolveResumed()]
    assert list(control.checkpoint()) == []
    control.line_chosen()
    desk.commands.append(Resume())
    assert list(control.checkpoint()) in ([], [SolvePaused(), SolveResumed()])
    assert list(control.checkpoint()) == []


def test_a_new_gamma_is_announced_once() -> None:
    desk = Desk()
    control = desk.control()
    desk.commands.append(SetGamma(3.0))
    list(control.checkpoint())
    asked = control.changed_gamma(1.0)
    assert next(asked) == GammaChanged(3.0)
    assert list(control.changed_gamma(3.0)) == []
