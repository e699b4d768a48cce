"""Foreign text in a cell grid."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.tui.text import key_name, one_line, reflowed


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert "\n" not in one_line(text)


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
