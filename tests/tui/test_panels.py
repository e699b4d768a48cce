"""What the panels make of a line: text in, styled rows out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import digits_run
from textual.content import Content

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.events import Candidate, CandidateRun, LineGrown, SolveFinished, TokenChoice
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.look import Look, Shown, shown
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.state import fold, fold_all
from egcfg_tui.tui.story.candidates import groups
from egcfg_tui.tui.view import LineView, SolveView, TestRow
from egcfg_tui.tui.widgets.bars import status_parts
from egcfg_tui.tui.widgets.candidates_panel import block_lines
from egcfg_tui.tui.widgets.code_panel import code_lines
from egcfg_tui.tui.widgets.tests_panel import test_lines as lines_of_tests
from egcfg_tui.tui.widgets.tokens_panel import token_lines

HOSTILE = ("[/]", "x: list[int] = []", "\x1b[2J\x07", "a\tb", "日本語 = 1", "x" * 4000, "\u202eevil", "")

OPTIONS = SolveOptions()


def view_after(*parts: tuple[object, ...]) -> SolveView:
    events = [event for part in parts for event in part]
    return fold_all(SolveView(), [(0.0, event) for event in events])  # type: ignore[misc]


def seen(view: SolveView) -> Shown:
    return shown(view, Look())


def chosen(view: SolveView) -> tuple[LineView, ...]:
    assert view.trial is not None
    return view.trial.lines


def current(view: SolveView) -> LineView:
    assert view.trial is not None
    assert view.trial.current is not None
    return view.trial.current


def candidate_lines(line: LineView, tests: int, width: int) -> list[Content]:
    found = groups(line)
    return [row for at in range(len(found)) for row in block_lines(line, found, at, tests, width)]


def plain(lines: list[object]) -> list[str]:
    return [line.plain.rstrip() for line in lines]  # type: ignore[attr-defined]


def test_candidates_share_a_block_by_text_and_a_letter_by_prefix() -> None:
    view = view_after(
        digits_run.BEGIN, digits_run.LINE_2_CHOSEN, digits_run.LINE_3_SAMPLED, digits_run.LINE_3_EXECUTED
    )
    assert plain(candidate_lines(current(view), 3, 60)) == [
        " A 1·3 ✓✓✓ │ for d in str(abs(n)):",
        "           │     total += int(d)",
        "           │ return total  ⏎ end",
        " B 2   ✗✗✗ │ for digit in str(abs(n)):",
        "           │     total += int(digit)",
        "           ╰ got None, expected 0",
    ]


def test_the_chosen_candidate_is_pointed_at_and_an_error_names_its_test() -> None:
    view = view_after(
        digits_run.BEGIN, digits_run.LINE_2_SAMPLED, digits_run.LINE_2_EXECUTED, digits_run.LINE_2_CHOSEN
    )
    assert plain(candidate_lines(chosen(view)[1], 3, 70)) == [
        " A 1 !!! │ return sum(n)  ⏎ end",
        "         ╰ TypeError: 'int' object is not iterable (line 2)",
        "▸B 2 ✗✗✗ │ total = 0",
        "         │ while n > 0:",
        "         │     total += n % 10",
        "         │     n //= 10",
        "         ╰ got None, expected 0",
        " C 3 ✓✓! │ return sum(int(d) for d in str(n))  ⏎ end",
        "         ╰ test 3: ValueError: invalid literal for int() with base 10:",
        "           '-' (line 2)",
    ]


def test_candidates_still_growing_have_no_results_yet() -> None:
    view = view_after(digits_run.BEGIN, digits_run.LINE_2_SAMPLED[:2])
    assert plain(candidate_lines(current(view), 3, 60))[0] == "   1 ··· │ return sum"


def test_a_candidate_that_cannot_run_says_so() -> None:
    line = LineView(2, candidates=(Candidate(0, "((", 1, False),), runs=(CandidateRun((0,), None, ()),))
    assert plain(candidate_lines(line, 2, 60)) == [
        "   1 ·· │ ((",
        "        ╰ nothing of it can be executed",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_shown_as_they_are(text: str) -> None:
    result = TestResult("t", Verdict.ERROR, f"ValueError: {text}")
    line = LineView(
        1, candidates=(Candidate(0, text, 1, False),), runs=(CandidateRun((0,), "x", (result,)),), text=text
    )
    shown = "".join(plain(candidate_lines(line, 1, 60)))
    for word in visible(text).split():
        assert word in shown
    rows = "".join(
        part.strip()
        for part in plain(lines_of_tests(seen(SolveView(tests=(TestRow(text, Verdict.FAILED, text),))), 28))
    )
    assert visible(text).replace(" ", "")[:200] in rows.replace(" ", "")
    token_lines((TokenChoice(text, 0.5, 0.5, 0.5, instead=text),))


@given(st.floats(allow_nan=False), st.floats(0, 1), st.floats(0, 1))
def test_probabilities_fill_their_columns_whatever_they_are(odd: float, cond: float, guided: float) -> None:
    heading, row = token_lines((TokenChoice("x", odd, cond, guided),))
    assert row.cell_length == heading.cell_length


def test_a_changed_choice_names_the_token_it_replaced() -> None:
    view = view_after(digits_run.BEGIN, digits_run.LINE_2_CHOSEN)
    rows = plain(token_lines(chosen(view)[1].tokens))
    assert rows[1].startswith("◆total")
    assert rows[2] == "   instead of return"
    assert rows[3].split() == ["·=", "█.99", "█.99", "█.99"]


def test_unguided_tokens_have_no_signal_column() -> None:
    view = view_after(digits_run.BEGIN)
    assert plain(token_lines(chosen(view)[0].tokens))[1].split() == ["def", "█.97", "–", "█.97"]


def test_a_line_in_work_continues_the_indent_of_the_code() -> None:
    view = view_after(digits_run.BEGIN, digits_run.LINE_2_SAMPLED, digits_run.LINE_2_EXECUTED)
    view = fold(LineGrown(2, 2, "total ="), view, 0.0)
    lines, row = code_lines(seen(view))
    assert plain(lines) == ["  1  def digit_sum(n):", "  2      total =▏"]
    assert row == 1


def test_hidden_tests_are_counted_before_the_end_and_shown_after_it() -> None:
    running = view_after(digits_run.BEGIN)
    assert plain(lines_of_tests(seen(running), 40))[-1] == " · 2 hidden, run at the end"
    done = view_after(digits_run.SOLVE)
    assert plain(lines_of_tests(seen(done), 40))[-3:] == [
        " hidden",
        " ✓ digit_sum(999_999) == 54",
        " ✓ digit_sum(-7) == 7",
    ]


def test_tests_that_the_budget_left_out_are_no_failures() -> None:
    end = digits_run.END[-1]
    assert isinstance(end, SolveFinished)
    tests = (*end.tests[:-1], replace(end.tests[-1], result=None))
    unscored = replace(end, solved=False, hidden_passed=None, tests=tests)
    view = view_after(digits_run.LOADING, digits_run.SOLVE[:-1], (unscored,))
    activity, _ = status_parts(view, OPTIONS, 0.0, waiting=False, pending="", wide=True)
    assert activity.plain == "✗ passes the visible tests; 1 not run in the budget"
    assert plain(lines_of_tests(seen(view), 60))[-1] == " · digit_sum(-7) == 7"


def test_of_several_assertions_the_one_that_failed_is_pointed_at() -> None:
    text = "door = Door(2)\nassert door.knock(0) is True\nassert door.knock(9) is False"
    error = "AssertionError: got True, expected is False (line 3 of the test)"
    view = SolveView(tests=(TestRow(text, Verdict.FAILED, error),))
    assert plain(lines_of_tests(seen(view), 60)) == [
        " ✗ door = Door(2)",
        "   assert door.knock(0) is True",
        " ▸ assert door.knock(9) is False",
        "   got True, expected is False (line 3 of the test)",
    ]
