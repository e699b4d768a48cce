"""The view that events fold into."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import digits_run

from egcfg_sandbox import Verdict
from egcfg_tui.events import (
    Candidate,
    CandidatesSampled,
    CodeExecuted,
    Event,
    FailureKind,
    GammaChanged,
    LineChosen,
    LinesRewound,
    Outcome,
    Progressed,
    SignalBuilt,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    Stage,
    StageEntered,
    TokenCounts,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.tui.look import Look, Shown, shown
from egcfg_tui.tui.state import fold, fold_all
from egcfg_tui.tui.story.candidates import groups
from egcfg_tui.tui.view import EngineState, LineView, Phase, SolveView, idle
from egcfg_tui.tui.widgets.candidates_panel import CandidatesPanel, list_lines
from egcfg_tui.tui.widgets.code_panel import code_lines
from egcfg_tui.tui.widgets.tests_panel import test_lines as lines_of_tests

POOL: tuple[Event, ...] = (
    *digits_run.LOADING,
    *digits_run.SOLVE,
    SolvePaused(),
    SolveResumed(),
    GammaChanged(2.5),
    LinesRewound(1, 1, ""),
    LinesRewound(3, 3, digits_run.HEADER + digits_run.LINE_2),
    SolveFailed(FailureKind.MODEL, "gone [/]"),
)


def seen(view: SolveView) -> Shown:
    """What the panels show of a solve that is followed."""
    return shown(view, Look())


def chosen(view: SolveView) -> tuple[LineView, ...]:
    """The chosen lines of the trial in work."""
    return view.trial.lines if view.trial else ()


def lines(view: SolveView) -> tuple[LineView, ...]:
    """The lines of the trial in work, the unfinished one included."""
    return view.trial.every_line if view.trial else ()


def current(view: SolveView) -> LineView:
    """The line in work."""
    assert view.trial is not None
    assert view.trial.current is not None
    return view.trial.current


def stamped(events: tuple[Event, ...] | list[Event]) -> list[tuple[float, Event]]:
    return [(float(at), event) for at, event in enumerate(events)]


@given(st.lists(st.sampled_from(POOL), max_size=40))
def test_any_order_of_events_folds_and_draws(events: list[Event]) -> None:
    view = SolveView()
    for at_s, event in stamped(events):
        view = fold(event, view, at_s)
        code_lines(seen(view))
        lines_of_tests(seen(view), 28)
        for line in lines(view):
            found = groups(line)
            assert len(list_lines(line, found, len(view.tests))) == len(found)
        assert view.elapsed(at_s + 1) >= 0
        numbers = [line.number for line in chosen(view)]
        assert numbers == sorted(set(numbers))


@given(st.integers(0, len(digits_run.SOLVE)))
def test_a_fold_leaves_the_view_it_began_with(prefix: int) -> None:
    events = stamped(digits_run.SOLVE)
    before = fold_all(SolveView(), events[:prefix])
    copy = replace(before)
    fold_all(before, events[prefix:])
    assert before == copy
    with pytest.raises(FrozenInstanceError):
        before.title = "x"  # type: ignore[misc]


def test_a_whole_solve_ends_solved_with_every_line_explained() -> None:
    view = fold_all(SolveView(), stamped((*digits_run.LOADING, *digits_run.SOLVE)))
    assert view.phase is Phase.SOLVED
    assert view.engine.state is EngineState.READY
    assert seen(view).code == digits_run.SOLUTION
    assert [row.verdict for row in seen(view).tests] == [Verdict.PASSED] * 5
    assert [row.hidden for row in seen(view).tests] == [False] * 3 + [True] * 2
    assert [line.number for line in chosen(view)] == [1, 2, 3]
    assert [line.rows for line in chosen(view)] == [(1, 1), (2, 2), (3, 5)]
    assert [line.changed_by_guidance for line in chosen(view)] == [False, True, False]
    assert chosen(view)[2].text == digits_run.WINNER


def test_the_tests_show_the_best_run_of_the_line() -> None:
    view = fold_all(SolveView(), stamped(digits_run.SOLVE[:13]))
    assert [row.verdict for row in seen(view).tests] == [Verdict.PASSED, Verdict.PASSED, Verdict.ERROR]
    assert seen(view).tests_of == "best of line 2"


def test_indent_that_came_with_the_line_before_is_the_lead_of_the_next() -> None:
    view = fold_all(SolveView(), stamped((*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED)))
    assert current(view).lead == "    "


def test_lines_are_named_by_their_row_in_the_code() -> None:
    started = replace(digits_run.STARTED, starter="import math\n\ndef f(n):\n    ")
    events = (
        started,
        SignalBuilt(1, 4, "n = 1", 3),
        LineChosen(1, 4, "a = n\n    ", started.starter + "a = n\n    ", 1.0, ()),
    )
    view = fold_all(SolveView(), stamped((*events, SignalBuilt(2, 5, "n = 2", 3))))
    assert chosen(view)[0].rows == (4, 4)
    assert [line.row for line in lines(view)] == [4, 5]
    assert [line.signal.row for line in lines(view) if line.signal] == [4, 5]


def test_a_longer_refresh_leaves_the_earlier_signal_standing() -> None:
    events = (
        *digits_run.BEGIN,
        SignalBuilt(2, 2, "x = 1", 3),
        LineChosen(2, 2, "a = 1\n", "def f():\n    a = 1\n", 1.0, ()),
        LineChosen(3, 3, "    b = 2\n", "def f():\n    a = 1\n    b = 2\n", 1.0, ()),
    )
    view = fold_all(SolveView(), stamped(events))
    signal = view.trial.signal_of(chosen(view)[2])
    assert signal is not None
    assert signal.row == 2
    assert view.trial.signal_of(chosen(view)[0]) is None


def test_pauses_do_not_count_as_work() -> None:
    view = fold(digits_run.STARTED, SolveView(), 10.0)
    view = fold(SolvePaused(), view, 12.0)
    assert view.phase is Phase.PAUSED
    assert view.elapsed(20.0) == 2.0
    view = fold(SolveResumed(), view, 20.0)
    assert view.elapsed(21.0) == 3.0
    view = fold(digits_run.END[-1], view, 22.0)
    assert view.elapsed(99.0) == 4.0


def test_choosing_a_line_again_drops_what_came_after_it() -> None:
    view = fold_all(SolveView(), stamped((*digits_run.SOLVE[:17], LineChosen(1, 1, "x\n", "x\n", 1.0, ()))))
    assert [line.number for line in chosen(view)] == [1]


@pytest.mark.parametrize(
    ("line", "code", "row", "tests", "tests_of"),
    [
        (1, "", 1, [None] * 3, ""),
        (2, digits_run.HEADER, 2, [None] * 3, ""),
        (
            3,
            digits_run.HEADER + digits_run.LINE_2,
            3,
            [Verdict.PASSED] * 2 + [Verdict.ERROR],
            "best of line 2",
        ),
    ],
)
def test_going_back_leaves_the_lines_before_with_their_tests_and_a_fresh_line(
    line: int, code: str, row: int, tests: list[Verdict | None], tests_of: str
) -> None:
    whole = fold_all(SolveView(), stamped(digits_run.SOLVE[:-4]))
    assert seen(whole).passed == 3
    view = fold(LinesRewound(line, row, code), whole, 99.0)
    assert chosen(view) == chosen(whole)[: line - 1]
    assert seen(view).code == code
    assert current(view) == LineView(line, row=row, lead="    " if line > 1 else "")
    assert [row.verdict for row in seen(view).tests] == tests
    assert [row.error is None for row in seen(view).tests] == [
        verdict is not Verdict.ERROR for verdict in tests
    ]
    assert seen(view).tests_of == tests_of
    assert (view.phase, len(view.trials), view.gamma) == (whole.phase, len(whole.trials), whole.gamma)


@given(st.integers(1, 3))
def test_a_line_taken_back_and_chosen_again_looks_as_if_chosen_once(line: int) -> None:
    numbered = [(event, getattr(event, "line", 0)) for event in digits_run.SOLVE[:-4] if not event.transient]
    code = ["", digits_run.HEADER, digits_run.HEADER + digits_run.LINE_2][line - 1]
    again = [event for event, number in numbered if number >= line]
    events = [*(event for event, _ in numbered), LinesRewound(line, line, code), *again]
    once = fold_all(SolveView(), stamped([event for event, _ in numbered]))
    twice = fold_all(SolveView(), stamped(events))
    assert lines(twice) == lines(once)
    assert seen(twice).code == seen(once).code


def test_the_end_of_an_answer_is_no_line() -> None:
    code = digits_run.HEADER + "return 1\n"
    events = (
        *digits_run.BEGIN,
        LineChosen(2, 2, "return 1\n", code, 1.0, ()),
        LineChosen(3, 3, "", code, 1.0, ()),
    )
    view = fold_all(SolveView(), stamped(events))
    assert [line.row for line in lines(view)] == [1, 2]
    assert seen(view).code == code


def test_plain_sampling_shows_each_answer_beside_its_sample_and_keeps_the_best() -> None:
    passed, failed = digits_run.rows(*3 * [digits_run.PASS]), digits_run.rows(*3 * [digits_run.NO_ANSWER])
    events: tuple[Event, ...] = (
        replace(digits_run.STARTED, method="sample"),
        TrialStarted(1, "sample", "", 1.0),
        CandidatesSampled(1, 1, (Candidate(0, "a = 1\n", 2, True), Candidate(1, "b = 2\n", 2, True))),
        CodeExecuted("a = 1\n", passed, False),
        CodeExecuted("b = 2\n", failed, False),
    )
    view = fold_all(SolveView(), stamped(events))
    assert seen(view).code == "a = 1\n"
    assert seen(view).passed == 3
    assert [run.candidates for run in current(view).runs] == [(0,), (1,)]
    assert seen(view).code_of == "sample 1 of 2"
    other = shown(view, Look(answer=2))
    assert (other.code, other.passed, other.code_of) == ("b = 2\n", 0, "sample 2 of 2")


def test_a_mutant_is_named_and_says_what_was_changed() -> None:
    passed = digits_run.rows(*3 * [digits_run.PASS])
    events: tuple[Event, ...] = (
        replace(digits_run.STARTED, method="mutate"),
        TrialStarted(1, "mutate", "", 1.0),
        CodeExecuted("a = 1\n", passed, True, "a = 1", mutant_of="a = 0"),
    )
    view = fold_all(SolveView(), stamped(events))
    assert seen(view).code_of == "mutant 1 of 1"
    assert view.trials[0].answers[0].change == "line 1: `a = 0` became `a = 1`"
    panel = CandidatesPanel(id="candidates")
    panel.show(seen(view), "")
    told = " ".join(panel.plain.split())
    assert "mutant 1, line 1: `a = 0` became `a = 1`" in told


def test_a_failure_while_loading_leaves_a_dead_engine_and_a_later_one_does_not() -> None:
    failed = SolveFailed(FailureKind.MODEL, "no memory")
    loading = fold(StageEntered(Stage.LOADING), SolveView(), 0.0)
    assert fold(failed, loading, 1.0).engine.state is EngineState.DEAD
    solving = fold_all(SolveView(), stamped((*digits_run.LOADING, *digits_run.BEGIN)))
    view = fold(SolveFailed(FailureKind.CONTEXT, "too long"), solving, 9.0)
    assert view.engine.state is EngineState.READY
    assert view.phase is Phase.FAILED


def test_the_idle_screen_has_the_exercise_and_no_results() -> None:
    view = idle(digits_run.OTHER)
    assert seen(view).code == digits_run.OTHER.starter
    assert [row.verdict for row in seen(view).tests] == [None, None]


def test_auto_is_shown_as_what_its_trials_are() -> None:
    view = fold(replace(digits_run.STARTED, method="auto"), SolveView(), 0.0)
    assert (view.method, view.way.name) == ("auto", "greedy")
    for index, method in enumerate(("greedy", "sample", "egcfg"), start=1):
        view = fold(TrialStarted(index, method, "", 1.0), view, 1.0)
        assert (view.method, view.way.name) == ("auto", method)


def test_every_trial_keeps_its_own_code_and_results() -> None:
    failing = digits_run.rows(digits_run.PASS, (Verdict.FAILED, "got 4"), (Verdict.FAILED, "got 8"))
    none = digits_run.rows(*[(Verdict.FAILED, "no")] * 3)
    events = (
        replace(digits_run.STARTED, method="auto"),
        TrialStarted(1, "greedy", "", 1.0),
        LineChosen(1, 1, "best", "best", 1.0, ()),
        CodeExecuted("best", failing, False),
        TrialFinished(1, Outcome.FAILED, "best", 1.0, TokenCounts()),
        TrialStarted(2, "sample", "", 1.0),
        CodeExecuted("worse", none, False),
        TrialFinished(2, Outcome.FAILED, "best", 1.0, TokenCounts()),
    )
    view = fold_all(SolveView(), stamped(events))
    assert (seen(view).code, seen(view).passed) == ("worse", 0)
    first = shown(view, Look(trial=1))
    assert (first.code, first.passed, first.trial_name) == ("best", 1, "trial 1")


def test_the_answer_brings_its_own_story_when_a_later_trial_did_not_end() -> None:
    """The solution of a run that fails is the best answer, wherever it came from."""
    failing = digits_run.rows(digits_run.PASS, (Verdict.FAILED, "got 4"), (Verdict.FAILED, "got 8"))
    end = digits_run.END[-1]
    assert isinstance(end, SolveFinished)
    events = (
        *digits_run.BEGIN,
        CodeExecuted("best", failing, False),
        TrialFinished(1, Outcome.FAILED, "best", 1.0, TokenCounts()),
        TrialStarted(2, "greedy", "", 1.0),
        LineChosen(1, 1, "other", "other", 1.0, ()),
        TrialFinished(2, Outcome.BUDGET, "best", 1.0, TokenCounts()),
        replace(end, solved=False, solution="best", solved_by=None, tests=()),
    )
    view = fold_all(SolveView(), stamped(events))
    assert seen(view).trial is view.trials[0]
    assert seen(view).code == "best"
    assert shown(view, Look(trial=2)).code == "other"


@given(st.lists(st.integers(0, 60), max_size=6))
def test_counters_never_run_backwards(counts: list[int]) -> None:
    view = fold(digits_run.STARTED, SolveView(), 0.0)
    before = 0
    for count in counts:
        view = fold(Progressed(Stage.LINE, 1, 0, 1.0, TokenCounts(decoded=count)), view, 1.0)
        assert view.tokens.evaluated >= before
        before = view.tokens.evaluated


@given(st.lists(st.sampled_from(POOL), max_size=40), st.integers(1, 3), st.integers(1, 4))
def test_all_that_is_shown_belongs_to_one_trial(events: list[Event], index: int, number: int) -> None:
    view = SolveView()
    for at_s, event in stamped(events):
        view = fold(event, view, at_s)
        for look in (Look(), Look(trial=index), Look(trial=index, line=number), Look(answer=number)):
            what = shown(view, look)
            if what.trial is None:
                continue
            own = what.trial.every_line
            assert what.trial in view.trials
            assert what.line is None or what.line in own
            assert what.chosen is None or what.chosen in own
            assert what.growing is None or what.growing is what.trial.current
            assert what.signal is None or what.signal in [line.signal for line in own]
            assert what.answer is None or what.answer in what.trial.answers
            known = [trial.index for trial in view.trials]
            assert look.trial not in known or what.trial.index == look.trial
