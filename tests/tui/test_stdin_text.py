"""Tests of whole programs as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import StdioTest, Verdict
from egcfg_tui.tui.look import Look, shown
from egcfg_tui.tui.stdin_text import StdinText, stdin_text
from egcfg_tui.tui.view import SolveView, TestRow
from egcfg_tui.tui.widgets.tests_panel import MOST_LINES
from egcfg_tui.tui.widgets.tests_panel import test_lines as lines_of_tests


def rows(text: str, width: int = 40) -> list[str]:
    view = SolveView(tests=(TestRow(text, Verdict.FAILED, "got 'x', expected 'y'"),))
    return [line.plain.rstrip() for line in lines_of_tests(shown(view, Look()), width)]


@given(st.text(), st.text())
def test_the_text_of_any_such_test_is_read_again(stdin: str, stdout: str) -> None:
    found = stdin_text(StdioTest(stdin, stdout).text)
    assert found is not None
    if " -> " not in repr(stdin) + repr(stdout):
        assert found == StdinText(stdin.strip(), stdout.strip())


@pytest.mark.parametrize("text", ["assert f('a') == 'b'", "", "'a' -> b", "x -> 'b'", "f(1) -> 2", "'a' ->"])
def test_other_texts_are_left_alone(text: str) -> None:
    assert stdin_text(text) is None


def test_input_and_output_are_shown_line_by_line() -> None:
    assert rows(StdioTest("ada\nlovelace\n", "LOVELACE, Ada\n").text) == [
        " ✗ reads  ada",
        "          lovelace",
        "   prints LOVELACE, Ada",
        "   got 'x', expected 'y'",
    ]


def test_of_a_long_input_the_beginning_is_shown() -> None:
    shown_rows = rows(StdioTest("\n".join(map(str, range(500))), "1").text)
    assert f"          … and {501 - MOST_LINES} more lines" in shown_rows
    assert len(shown_rows) == MOST_LINES + 2
