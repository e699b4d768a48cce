"""Makes foreign texts harmless on a terminal: one rule, and two ways to show what it holds back.

Held back is what a terminal obeys, hides or cannot draw: controls, bidirectional and invisible marks, lone
surrogates, line separators, private and unassigned characters. So what the user reads is what runs.
"""

from __future__ import annotations

import unicodedata
from typing import Final

TAB_WIDTH: Final = 4

_HELD_BACK: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""The categories of Unicode that these characters have."""

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {
    0x7F: "␡"
}
"""Control characters as their pictures."""


def printable(text: str) -> str:
    """The text with everything held back as a backslash escape, for lines: newlines and tabs stay."""
    if text.isprintable():
        return text
    return "".join(
        character
        if character in "\n\t" or _is_safe(character)
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def visible(text: str) -> str:
    """The text with everything held back as one character, for a grid of cells.

    Newlines stay, tabs become spaces up to the next stop, controls their pictures, and all else a replacement
    character.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").translate(_PICTURES)
    text = "\n".join(line.expandtabs(TAB_WIDTH) for line in text.split("\n"))
    return "".join(
        character if character == "\n" or _is_safe(character) else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )


def _is_safe(character: str) -> bool:
    return unicodedata.category(character) not in _HELD_BACK
