"""Guesses are the tokens that followed the same three tokens earlier."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.decoding.prompt_lookup import Lookup

TOKENS = st.lists(st.integers(0, 3), max_size=30)


def test_what_followed_is_guessed_as_far_as_it_went() -> None:
    lookup = Lookup()
    lookup.path([1, 2, 3, 4, 5])
    assert lookup.guess([9, 1, 2, 3], 3) == [4, 5]
    assert lookup.guess([1, 2, 3], 1) == [4]
    assert lookup.guess([2, 3], 3) == []
    assert lookup.guess([3, 4, 5], 3) == []
    path = lookup.path([1, 2, 3])
    lookup.grow(path, 7)
    assert lookup.guess([1, 2, 3], 3) == [7]
    lookup.grow(path, 8)
    assert lookup.guess([1, 2, 3], 3) == [7, 8]


@given(st.lists(TOKENS, max_size=5), TOKENS, st.integers(0, 4))
def test_every_guess_was_seen_behind_its_context(paths: list[list[int]], end: list[int], count: int) -> None:
    lookup = Lookup()
    for path in paths:
        lookup.path(path)
    guess = lookup.guess(end, count)
    assert len(guess) <= count
    run = [*end[-3:], *guess]
    seen = any(path[at : at + len(run)] == run for path in paths for at in range(len(path)))
    assert seen or not guess
    went_on = any(path[at : at + 3] == end[-3:] for path in paths for at in range(len(path) - 3))
    assert bool(guess) == (went_on and count > 0 and len(end) >= 3)
