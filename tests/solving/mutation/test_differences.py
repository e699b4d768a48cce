"""What a mutant changed is told with its line."""

from __future__ import annotations

import pytest

from egcfg_tui.solving.mutation.differences import difference

BEFORE = "def f(n):\n    m = n\n    return m"


@pytest.mark.parametrize(
    ("after", "words"),
    [
        ("def f(n):\n    m = n\n    return n", "line 3: `return m` became `return n`"),
        ("def f(n):\n    return m", "before line 2: `m = n` is left out"),
        ("def f(n):\n    m = n\n    m = n\n    return m", "line 3: `m = n` is new"),
        ("def g(n):\n    return m", "line 1: `def f(n): ↵ m = n` became `def g(n):`"),
        (BEFORE, "nothing"),
    ],
)
def test_the_first_place_is_told(after: str, words: str) -> None:
    assert difference(BEFORE, after) == words
