"""The table of thoughts."""

from __future__ import annotations

from itertools import permutations

import pytest

from egcfg_tui.prompting.thoughts import THOUGHTS, ThoughtMarks, left_open, may_become_opener, opened_at

each_pair = pytest.mark.parametrize("marks", THOUGHTS, ids=lambda marks: marks.opener)


@each_pair
def test_a_thought_is_known_by_its_opener(marks: ThoughtMarks) -> None:
    assert opened_at(f"ab{marks.opener} first ...", 2) is marks
    assert opened_at(f"ab{marks.opener}") is None
    assert opened_at(marks.opener[:-1]) is None


@each_pair
def test_every_beginning_of_an_opener_may_become_one(marks: ThoughtMarks) -> None:
    assert all(may_become_opener(marks.opener[:length]) for length in range(len(marks.opener) + 1))
    assert not may_become_opener(f"def {marks.opener}")


@each_pair
def test_the_closing_ends_what_is_open(marks: ThoughtMarks) -> None:
    text = f"<|im_start|>assistant\n{marks.opener}\n"
    assert left_open(text) is marks
    assert left_open(text + marks.closing) is None
    assert left_open(f"{text}{marks.closing}Again: {marks.opener}") is marks


def test_at_most_one_opener_fits_a_text() -> None:
    assert not any(a.opener.startswith(b.opener) for a, b in permutations(THOUGHTS, 2))
