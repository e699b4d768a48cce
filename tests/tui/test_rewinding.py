"""Which line going back means."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.events import Outcome
from egcfg_tui.tui.rewinding import NoWayBackError, can_be_retaken, line_to_retake
from egcfg_tui.tui.view import LineView, Phase, SolveView, TrialView

LINES = tuple(LineView(number, row=number + 3, rows=(number + 3, number + 3)) for number in range(1, 5))
TRIAL = TrialView(2, "egcfg", "ns3t0.75d5k1_ln", 1.0, lines=LINES, current=LineView(5, row=8))
VIEW = SolveView(phase=Phase.RUNNING, method="auto", trials=(TrialView(1, "greedy", outcome="failed"), TRIAL))


@given(
    st.sampled_from([Phase.RUNNING, Phase.PAUSED]),
    st.none() | st.integers(0, 6),
    st.none() | st.integers(2, 9),
)
def test_it_is_the_line_looked_at_or_else_the_last_one_still_there(
    phase: Phase, selected: int | None, asked: int | None
) -> None:
    line = line_to_retake(replace(VIEW, phase=phase), selected, asked)
    assert line in LINES
    left = [number for number in (1, 2, 3, 4) if asked is None or number < asked]
    assert line.number == (selected if selected in left else left[-1])


@pytest.mark.parametrize("phase", [phase for phase in Phase if not phase.active])
def test_without_a_solve_there_is_no_way_back(phase: Phase) -> None:
    with pytest.raises(NoWayBackError, match="Nothing is being solved"):
        line_to_retake(replace(VIEW, phase=phase), 2)


@pytest.mark.parametrize(
    ("trial", "reason"),
    [
        (TrialView(1, "sample", "", 1.0), "samples have no lines"),
        (TrialView(1, "greedy", "", 1.0), "the same again"),
        (TrialView(1, "egcfg", "", 1.0, outcome=Outcome.FAILED), "trial is over"),
    ],
)
def test_only_a_guided_trial_that_goes_on_has_a_way_back(trial: TrialView, reason: str) -> None:
    with pytest.raises(NoWayBackError, match=reason):
        line_to_retake(replace(VIEW, trials=(trial,)), 2)


@pytest.mark.parametrize("asked", [None, 1])
def test_without_a_chosen_line_there_is_nothing_to_go_back_to(asked: int | None) -> None:
    view = VIEW if asked else replace(VIEW, trials=(replace(TRIAL, lines=()),))
    with pytest.raises(NoWayBackError, match="No line is chosen"):
        line_to_retake(view, 5, asked)


def test_only_chosen_lines_of_the_trial_in_work_can_be_gone_back_to() -> None:
    assert [can_be_retaken(VIEW, TRIAL, line) for line in TRIAL.every_line] == [True] * 4 + [False]
    assert not any(can_be_retaken(replace(VIEW, phase=Phase.SOLVED), TRIAL, line) for line in LINES)
    assert not any(can_be_retaken(VIEW, VIEW.trials[0], line) for line in LINES)
