"""Words for a grid of cells: foreign text on one line or reflowed, and the names of keys."""

from __future__ import annotations

import re
from typing import Final

from textual.keys import format_key

from egcfg_tui.terminal_text import visible

_KEEPS_BREAKS: Final = re.compile(r"\s|[-*>|#=+]|```|\d+[.)]|.*\s(?:->|=>|==)\s")
"""Lines that are no prose: indented, listed, fenced, or examples."""


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
