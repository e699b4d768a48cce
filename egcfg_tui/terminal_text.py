"""Makes text from models, files and programs harmless on a terminal.

One rule says which characters are unsafe: those that a terminal obeys, hides or cannot draw. They are control
characters, bidirectional and invisible marks, lone surrogates, line separators, and private or unassigned
characters. Two functions replace them. So the code that a user reads is the code that runs.
"""

from __future__ import annotations

import unicodedata
from typing import Final

TAB_WIDTH: Final = 4

_UNSAFE: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""The Unicode categories of unsafe characters."""

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {
    0x7F: "␡"
}
"""The visible symbol (U+2400 to U+2421) for each control character."""


def printable(text: str) -> str:
    """For lines of output: unsafe characters become backslash escapes; newlines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character in "\n\t" or _is_safe(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def visible(text: str) -> str:
    """For a grid of cells: each unsafe character becomes one other character.

    Newlines stay and tabs become spaces up to the next tab stop. Control characters become their symbols, all
    other unsafe characters the replacement character.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").translate(_PICTURES)
    text = "\n".join(line.expandtabs(TAB_WIDTH) for line in text.split("\n"))
    return "".join(
        character if character == "\n" or _is_safe(character) else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def counted_things(count: int, name: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def _is_safe(character: str) -> bool:
    return unicodedata.category(character) not in _UNSAFE
