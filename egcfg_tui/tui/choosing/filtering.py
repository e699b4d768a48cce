"""Decides which rows of the list of exercises are shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from egcfg_tui.exercises import ExerciseKind
from egcfg_tui.tui.choosing.rows import ExerciseRow, Row

STATES: Final = ("new", "solved", "failed")
FACETS: Final = ("kind", "level", "state")
"""What a filter can ask for besides words, by the names of its fields."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Every word of `text` must stand in a row; `kind`, `level` and `state` must be the row's, None: any."""

    text: str = ""
    kind: str | None = None
    level: int | None = None
    state: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether everything is shown."""
        return self == Filter()

    def passes(self, row: Row) -> bool:
        """Whether the row is shown."""
        if any(getattr(self, facet) is not None for facet in FACETS):
            if not isinstance(row, ExerciseRow):
                return False
            if any(getattr(self, facet) not in (None, facet_of(row, facet)) for facet in FACETS):
                return False
        shown = row.text.casefold()
        return all(word in shown for word in self.text.casefold().split())

    def turned(self, facet: str, rows: Iterable[Row]) -> Filter:
        """The filter with the next value of a facet that occurs in the rows; after the last value, any."""
        there = {facet_of(row, facet) for row in rows if isinstance(row, ExerciseRow)}
        values: list[object] = [None, *(value for value in _ORDER[facet] if value in there)]
        now = getattr(self, facet)
        following = values[(values.index(now) + 1) % len(values)] if now in values else None
        return replace(self, **{facet: following})  # type: ignore[arg-type]  # the value is of its facet


def facet_of(row: ExerciseRow, facet: str) -> object:
    """The kind, level or state of a row."""
    if facet == "kind":
        return str(row.exercise.kind)
    return row.exercise.level if facet == "level" else row.attempts.state


_ORDER: Final[dict[str, tuple[object, ...]]] = {
    "kind": tuple(map(str, ExerciseKind)),
    "level": (1, 2, 3, 4, 5, 0),
    "state": STATES,
}
