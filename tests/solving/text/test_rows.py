"""Where lines stand in the code."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.rows import last_row, next_row, row_of


@pytest.mark.parametrize(
    ("code", "row"),
    [("", 1), ("    ", 1), ("a\n", 2), ("a\n    ", 2), ("a\n\n  ", 3), ("a", 2), ("a\n  b", 3)],
)
def test_the_next_line_begins_behind_what_is_there(code: str, row: int) -> None:
    assert next_row(code) == row


@given(st.text("ab \n", max_size=20), st.text("ab \n", max_size=20).filter(str.strip))
def test_a_chosen_line_has_the_rows_that_it_fills(before: str, text: str) -> None:
    first, last = row_of(text, before + text), last_row(before + text)
    filled = (before + text).split("\n")[first - 1 : last]
    assert "\n".join(filled).strip().endswith(text.strip())
    assert filled[-1].strip()
    assert len(filled) == len(text.strip().split("\n"))


@given(st.text("ab \n", max_size=20), st.sampled_from(["", " ", "\n", "\n    "]))
def test_a_line_without_text_stands_behind_the_code(before: str, text: str) -> None:
    assert row_of(text, before + text) == next_row(before + text)
