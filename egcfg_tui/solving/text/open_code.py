"""Just enough of Python's lexical rules for code that is still being written, line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

# What changes how the rest of a line is read.
_SPECIAL: Final = re.compile(r"'''|\"\"\"|['\"#()\[\]{}]")
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_STRING_END: Final = {
    quotes: re.compile(rf"(?:\\.|(?!{quotes})[^\\])*{quotes}", re.DOTALL) for quotes in ("'''", '"""')
} | {quotes: re.compile(rf"(?:\\.|[^{quotes}\\\n])*{quotes}", re.DOTALL) for quotes in ("'", '"')}


@dataclass(frozen=True, slots=True)
class Place:
    """What is open where a line ends: a string by its quotes, brackets, a line joined by a backslash."""

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

    `code` are the parts outside strings and comments, as (start, end); `comment` is where a comment begins.
    `torn`: a string begins that its line had to end.
    """

    place: Place
    code: tuple[tuple[int, int], ...]
    comment: int | None
    torn: bool


def scan(line: str, place: Place) -> Scan:
    """Reads one line that begins at `place`. Without a newline at its end it may go on."""
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
    """The lines of a text with their newlines. Form feeds and the like end no line of Python."""
    return _LINE.findall(text)


def place_behind(code: str) -> Place | None:
    """What is open behind code, whose last line may be unfinished. None where a line tears a string."""
    place = MARGIN
    for line in lines_of(code):
        read = scan(line, place)
        if read.torn:
            return None
        place = read.place
    return place
