"""Nothing a model writes can steer the terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.terminal_text import printable, visible

HELD_BACK = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}


@given(st.text(st.characters()))
def test_nothing_a_terminal_obeys_is_left(text: str) -> None:
    shown = printable(text)
    shown.encode("utf-8")
    assert not {unicodedata.category(c) for c in shown if c not in "\n\t"} & HELD_BACK


@given(
    st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"], include_characters="\n\t"))
)
def test_legible_text_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("a\rb\0", "a\\rb\\x00"),
        ("\u202ereversed", "\\u202ereversed"),
        ("\ud800", "\\ud800"),
    ],
)
def test_the_escape_is_shown(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_a_grid_shows_nothing_that_is_held_back(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(c) for c in shown if c != "\n"} & HELD_BACK
    assert visible(shown) == shown


@given(st.text(st.characters(codec="ascii", exclude_characters="\t\r")))
def test_a_grid_keeps_its_lines(text: str) -> None:
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
def test_a_grid_shows_one_character_for_each(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_both_ways_hold_back_the_same(text: str) -> None:
    for character in text.replace("\t", "").replace("\r", ""):
        assert (printable(character) == character) == (visible(character) == character)
