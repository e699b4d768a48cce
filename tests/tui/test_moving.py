"""Wherever the look is moved, every panel belongs to the trial and line that its title names."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st
from support import traced_run
from support.traced_run import AT_LINE_3

from egcfg_sandbox import Verdict
from egcfg_tui.events import CodeExecuted, Event, TrialStarted
from egcfg_tui.tui import moving
from egcfg_tui.tui.look import Look, moved, moved_trial, shown
from egcfg_tui.tui.signal_origins import group_told, told_origin
from egcfg_tui.tui.state import fold_all
from egcfg_tui.tui.story.candidates import group_of, groups
from egcfg_tui.tui.view import SolveView

WHOLE = (
    *traced_run.SOLVE[:-2],
    TrialStarted(2, "egcfg", "ns3t0.75d5k1_ln", 0.5),
    *traced_run.SOLVE[4:],
    TrialStarted(3, "sample", "ns3t0.75d5k1_ln", 1.0),
    *(event for event in traced_run.SOLVE if isinstance(event, CodeExecuted)),
)
EVENTS = st.integers(0, len(WHOLE)).map(lambda count: list(WHOLE[:count])) | st.lists(
    st.sampled_from(WHOLE), max_size=25
)
Move = Callable[[SolveView, Look, int], Look]
MOVES: tuple[Move, ...] = (
    moved,
    moved_trial,
    moving.moved_candidate,
    moving.at_candidate,
    moving.moved_test,
    moving.moved_step,
    moving.at_row,
    moving.moved_part,
    moving.at_part,
    lambda view, look, _: moving.turned_fold(view, look),
)
STEPS = st.lists(st.tuples(st.sampled_from(MOVES), st.integers(-3, 8)), max_size=12)


def view_of(events: list[Event]) -> SolveView:
    return fold_all(SolveView(), [(0.0, event) for event in events])


@settings(max_examples=200, deadline=None)
@given(EVENTS, EVENTS, STEPS)
def test_what_is_told_belongs_to_the_trial_and_line_of_the_titles(
    before: list[Event], after: list[Event], steps: list[tuple[Move, int]]
) -> None:
    view, look = view_of(before), Look()
    for move, by in steps:
        look = move(view, look, by)
    # The solve goes on while one looks.
    for seen in (view, view_of([*before, *after])):
        what = shown(seen, look)
        if what.trial is None:
            continue
        assert what.trial in seen.trials
        assert what.line is None or what.line in what.trial.every_line
        if not what.inspected:
            assert what.program is None or what.step_row is None
            continue
        program = what.program
        assert program is not None
        assert (what.code, what.code_of) == (program.code, program.name)
        if what.line is not None and program.candidate is not None:
            assert f"line {what.line.row}" in what.line_name
            group = group_of(groups(what.line), program.candidate)
            assert group is not None
            assert program.name == group.name
            if group.run is not None and group.run.source is not None:
                assert (program.code, program.results) == (group.run.source, group.run.results)
        else:
            assert program.code in {answer.executed or answer.code for answer in what.trial.answers}
        if what.result is not None:
            place, result = what.result
            assert program.results[place] is result
            assert what.trace is result.trace
        if len(program.results) == len(seen.tests):
            assert [row.verdict for row in what.tests] == [result.status for result in program.results]
        if what.step_row is not None and what.trace is not None and look.step is not None:
            assert what.step_row == what.trace.events[look.step].line


def test_the_arrows_go_through_the_candidates_and_stay_at_the_ends() -> None:
    view = view_of(list(AT_LINE_3))
    look = moved(view, Look(), -1)
    names = []
    for _ in range(4):
        look = moving.moved_candidate(view, look, 1)
        what = shown(view, look)
        names.append(what.program.name if what.program else "")
    assert names == ["candidate B2", "candidate C3", "candidate C3", "candidate C3"]
    assert shown(view, look).code.endswith("return sum((int(d) for d in str(n)))")
    assert [row.verdict for row in shown(view, look).tests] == [Verdict.PASSED, Verdict.PASSED, Verdict.ERROR]


def test_a_fold_opens_and_closes_at_the_same_step() -> None:
    view = view_of(list(AT_LINE_3))
    look = moving.moved_test(view, moving.moved_candidate(view, moved(view, Look(), -1), 1), 1)
    for _ in range(6):
        look = moving.moved_step(view, look, 1)
    closed = look
    look = moving.turned_fold(view, closed)
    assert look.opened == {closed.step}
    inside = moving.moved_step(view, look, 2)
    assert inside.step is not None
    assert closed.step is not None
    assert inside.step == closed.step + 2
    look = moving.turned_fold(view, inside)
    assert (look.opened, look.step) == (frozenset(), closed.step)


def test_every_word_of_a_signal_leads_to_a_run_that_shows_it() -> None:
    view = view_of(list(AT_LINE_3))
    look = moved(view, Look(), -1)
    signal = shown(view, look).signal
    assert signal is not None
    assert len(signal.parts) > 6
    for index, part in enumerate(signal.parts):
        what = shown(view, moving.at_part(view, look, index))
        group = group_told(what, part)
        assert group is not None
        assert what.program is not None
        assert what.program.candidate in group.indexes
        assert group.name in told_origin(part, what)
        words = signal.text[part.start : part.end]
        if part.kind == "code":
            assert words in what.program.code
        if part.kind == "values" and part.name == "total":
            assert what.trace is not None
            assert what.look.step is not None
            assert ("total", "0") in what.trace.events[what.look.step].changes
