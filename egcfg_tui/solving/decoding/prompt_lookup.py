"""Guesses the next tokens: those that followed the last three tokens at an earlier place.

Code repeats names, and candidates repeat the prompt and one another. A guess is evaluated in the same batch
as the tokens that must be evaluated, and costs little if the batch has room for it. A wrong guess changes
nothing (prompt lookup decoding, Saxena 2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_CONTEXT: Final = 3
"""On 20 exercises 69 % of the tokens guessed from three tokens were right, and 47 % of those from two."""

BATCH_ROWS: Final = 4
"""Guesses fill a batch up to this size. A batch of 1 to 5 tokens takes 31, 44, 51, 53 and 76 ms (default
model, 2 cores), so up to 4 tokens cost little more than one."""


class Lookup:
    """All sequences seen so far, as paths that grow token by token."""

    def __init__(self) -> None:
        self._next: dict[tuple[int, ...], tuple[list[int], int]] = {}

    def path(self, tokens: Sequence[int]) -> list[int]:
        """A new path that begins with these tokens."""
        path: list[int] = []
        for token in tokens:
            self.grow(path, token)
        return path

    def grow(self, path: list[int], token: int) -> None:
        """Adds a token to a path."""
        if len(path) >= _CONTEXT:
            self._next[tuple(path[-_CONTEXT:])] = (path, len(path))
        path.append(token)

    def guess(self, path: Sequence[int], count: int) -> list[int]:
        """At most `count` tokens that may follow a path; none if its last tokens were never continued."""
        found = self._next.get(tuple(path[-_CONTEXT:]))
        return found[0][found[1] : found[1] + count] if found is not None else []
