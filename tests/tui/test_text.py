"""Foreign text in a cell grid."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.tui.text import key_name, one_line, reflowed, visible


@given(st.text())
def test_nothing_that_a_terminal_obeys_or_hides_is_left(text: str) -> None:
    shown = visible(text)
    bad = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [char for char in shown if char != "\n" and unicodedata.category(char) in bad]
    assert visible(shown) == shown
    assert "\n" not in one_line(text)


@given(st.text(st.characters(codec="ascii", exclude_characters="\t\r")))
def test_lines_stay_lines(text: str) -> None:
    assert visible(text).count("\n") == text.count("\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "␛[2J"),
        ("a\tb", "a   b"),
        ("x\r\ny", "x\ny"),
        ("\u202eevil", "\ufffdevil"),
        ("\ud800", "\ufffd"),
        ("日本[/]", "日本[/]"),
    ],
)
def test_examples(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_prose_fills_the_width_and_examples_keep_their_lines() -> None:
    text = "Write a\nfunction.\n\n- one\n- two\n\n    x = 1\n    y = 2\n\nf(1) -> 2\nf(2) -> 3"
    assert reflowed(text) == text.replace("a\nf", "a f")


def test_keys_are_named_as_people_do() -> None:
    assert [key_name(key) for key in ("question_mark", "ctrl+r", "s", "R", "plus")] == [
        "?",
        "ctrl+r",
        "s",
        "R",
        "+",
    ]
