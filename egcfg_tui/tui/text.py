"""Makes foreign text, and the names of keys, safe and legible in a cell grid."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from textual.keys import format_key

TAB_WIDTH: Final = 4

_KEEPS_BREAKS: Final = re.compile(r"\s|[-*>|#=+]|```|\d+[.)]|.*\s(?:->|=>|==)\s")
"""Lines that are no prose: indented, listed, fenced, or examples."""

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {
    0x7F: "␡"
}
"""Control characters as their pictures: an escape sequence must be seen, not obeyed."""


def visible(text: str) -> str:
    """`text` with every character that a terminal could obey or lose replaced by something it shows.

    Newlines stay, tabs become spaces up to the next stop. Line separators, bidirectional controls,
    zero-width and unassigned characters and lone surrogates become a replacement character, so that what
    the user reads is what runs.
    """
    if text.isascii() and text.isprintable():
        return text
    text = text.replace("\r\n", "\n").translate(_PICTURES)
    text = "\n".join(line.expandtabs(TAB_WIDTH) for line in text.split("\n"))
    return "".join(character if _shows(character) else "\N{REPLACEMENT CHARACTER}" for character in text)


def one_line(text: str) -> str:
    """`visible` text on one line, its line breaks shown as arrows."""
    return visible(text.strip("\n")).replace("\n", " ↵ ")


def reason(error: str) -> str:
    """Why a test did not pass, on one line; that an assertion did not hold is said by its mark."""
    return one_line(error.removeprefix("AssertionError: "))


def reflowed(text: str) -> str:
    """Prose with its own line breaks undone, so that it fills any width. Lists and code keep theirs."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(
        paragraph
        if any(_KEEPS_BREAKS.match(line) for line in paragraph.split("\n"))
        else " ".join(paragraph.split())
        for paragraph in paragraphs
    )


def key_name(key: str) -> str:
    """A key as people call it: `?` for `question_mark`, `ctrl+r`, `space`."""
    *modifiers, last = key.split("+")
    return "+".join([*modifiers, format_key(last)])


def _shows(character: str) -> bool:
    if character == "\n" or character.isascii():
        return True
    return unicodedata.category(character) not in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")
