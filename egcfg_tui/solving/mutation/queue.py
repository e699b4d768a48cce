"""Which mutants come next: each answer's in their order, and none twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from egcfg_tui.solving.mutation.mutants import mutants


class MutantQueue:
    """The mutants of failed answers that were not taken yet. `taken` counts those that were."""

    def __init__(self) -> None:
        self._left: dict[str, Iterator[str]] = {}
        self._known: set[str] = set()
        self._ended: set[str] = set()
        self.taken = 0

    def take(self, answer: str, most: int) -> list[str]:
        """At most `most` mutants of an answer; fewer only if it has no more."""
        if answer not in self._left:
            self._left[answer] = (each for each in mutants(answer) if each not in self._known)
        batch = list(islice(self._left[answer], most))
        self._known.update(batch)
        self.taken += len(batch)
        if len(batch) < most:
            self._ended.add(answer)
        return batch

    def may_have(self, answers: Iterable[str]) -> bool:
        """Whether one of the answers may have mutants that were not taken."""
        return any(answer not in self._ended for answer in answers)
