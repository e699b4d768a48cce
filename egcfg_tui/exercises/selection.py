"""Selects exercises by their ids: `11-50,60` after `FILE#` or `--ids`."""

from __future__ import annotations

import re
from typing import Final

_RANGE: Final = re.compile(r"(\d{1,9})-(\d{1,9})", re.ASCII)
_NUMBER: Final = re.compile(r"\d{1,9}", re.ASCII)


class Selection:
    """Ids and ranges of numbered ids, separated by commas.

    A range chooses every exercise whose name is a number in it, both ends included; the numbers of a set may
    have gaps. `unused` are the ids and ranges that have chosen nothing so far. `seen` are the ids of all
    exercises that `wants` was asked about.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.unused = list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        self.seen: list[str] = []
        self._parts = tuple(self.unused)

    @property
    def is_plain(self) -> bool:
        """Whether the text names one exercise and is no list and no range."""
        return "," not in self.text and not is_range(self.text)

    def wants(self, names: tuple[str, ...]) -> bool:
        """Whether an exercise with these names, the id first, is chosen."""
        self.seen.append(names[0])
        used = [part for part in self._parts if self.text in names or _holds(part, names)]
        self.unused = [part for part in self.unused if part not in used]
        return bool(used)


def is_range(part: str) -> bool:
    """Whether a part is a range of numbers."""
    return _RANGE.fullmatch(part) is not None


def _holds(part: str, names: tuple[str, ...]) -> bool:
    match = _RANGE.fullmatch(part)
    if part in names or match is None:
        return part in names
    low, high = int(match[1]), int(match[2])
    return any(low <= int(name) <= high for name in names if _NUMBER.fullmatch(name))
