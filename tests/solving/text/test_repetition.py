"""Code that repeats itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.text.repetition import repeats_itself

line = st.text("abc ", min_size=1, max_size=5).filter(str.strip)


@given(st.lists(line, min_size=1, max_size=12), st.lists(line, max_size=6), st.integers(0, 5))
def test_a_block_over_and_over_is_seen_whatever_stands_before(
    block: list[str], before: list[str], more: int
) -> None:
    times = max(4, -(-8 // len(block))) + more
    assert repeats_itself("\n".join([*before, *block * times]) + "\n")


@given(st.lists(line, min_size=1, max_size=60, unique=True))
def test_lines_that_differ_are_no_loop(lines: list[str]) -> None:
    assert not repeats_itself("\n".join(lines) + "\n")


@pytest.mark.parametrize(
    "code",
    [
        "    [0, 0, 0],\n" * 7,
        "    if a:\n        return False\n" * 3,
        "    if a > 1:\n        return x\n    if a > 2:\n        return x\n" + "    x = 1\n" * 7,
        "",
        "x" * 500,
    ],
)
def test_what_people_write_is_no_loop(code: str) -> None:
    assert not repeats_itself(code)


def test_a_line_that_still_grows_does_not_count() -> None:
    assert repeats_itself("x\n" * 8)
    assert repeats_itself("x\n" * 8 + "y")
    assert not repeats_itself("x\n" * 7 + "x")
