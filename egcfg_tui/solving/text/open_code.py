"""The part of Python's lexical rules that is needed for unfinished code, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# The signs that change how the rest of a line is read.
_SPECIAL: Final = re.compile(r"'''|\"\"\"|['\"#()\[\]{}]")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_STRING_END: Final = {
    quotes: re.compile(rf"(?:\\.|(?!{quotes})[^\\])*{quotes}", re.DOTALL) for quotes in ("'''", '"""')
} | {quotes: re.compile(rf"(?:\\.|[^{quotes}\\\n])*{quotes}", re.DOTALL) for quotes in ("'", '"')}


@dataclass(frozen=True, slots=True)
class Place:
    """What is open at the end of a line: a string (by its quotes), brackets, or a joined line."""

    quotes: str = ""
    depth: int = 0
    joined: bool = False

    @property
    def between_statements(self) -> bool:
        """Whether a statement can begin here."""
        return not (self.quotes or self.depth or self.joined)


MARGIN: Final = Place()
"""Nothing is open."""


@dataclass(frozen=True, slots=True)
class Scan:
    """A line as Python's tokenizer sees it.

    `place` is what is open after it. `code` are the spans (start, end) outside strings and comments;
    `comment` is the position where a comment begins. `torn`: a string begins that should have ended on this
    line.
    """

    place: Place
    code: tuple[tuple[int, int], ...]
    comment: int | None
    torn: bool


def scan(line: str, place: Place) -> Scan:
    """Reads one line; `place` is what is open before it. A line without a newline may go on."""
    quotes, depth = place.quotes, place.depth
    code: list[tuple[int, int]] = []
    position = start = 0
    while True:
        if quotes:
            found = _STRING_END[quotes].match(line, position)
            if found is None:
                break
            quotes, position = "", found.end()
            start = position
        special = _SPECIAL.search(line, position)
        if special is None or special[0] == "#":
            end = len(line) if special is None else special.start()
            code.append((start, end))
            joined = special is None and line.rstrip("\r\n").endswith("\\") and line.endswith("\n")
            return Scan(Place("", depth, joined), tuple(code), None if special is None else end, False)
        position = special.end()
        if special[0] in "([{":
            depth += 1
        elif special[0] in ")]}":
            depth = max(0, depth - 1)
        else:
            code.append((start, special.start()))
            quotes = special[0]
    if len(quotes) == 1 and line.endswith("\n") and not line.rstrip("\r\n").endswith("\\"):
        return Scan(Place("", depth), tuple(code), None, True)
    return Scan(Place(quotes, depth), tuple(code), None, False)


def lines_of(text: str) -> list[str]:
    """The lines of a text with their newlines. In Python form feeds and the like do not end a line."""
    return _LINE.findall(text)


def place_after(code: str) -> Place | None:
    """What is open after code, whose last line may be unfinished; None if a string ends on no line."""
    place = MARGIN
    for line in lines_of(code):
        read = scan(line, place)
        if read.torn:
            return None
        place = read.place
    return place
