"""Tests of whole programs as people read them: what is typed, and what is to be printed."""

from __future__ import annotations

import ast
from dataclasses import dataclass

ARROW = " -> "


@dataclass(frozen=True, slots=True)
class StdinText:
    """What a program reads and has to print."""

    reads: str
    prints: str


def stdin_text(text: str) -> StdinText | None:
    """The two texts of `StdioTest.text`; None for the text of any other test."""
    at = text.find(ARROW)
    while at >= 0:
        reads, prints = _text(text[:at]), _text(text[at + len(ARROW) :])
        if reads is not None and prints is not None:
            return StdinText(reads, prints)
        at = text.find(ARROW, at + 1)
    return None


def _text(source: str) -> str | None:
    """The text that a literal stands for."""
    if source[:1] not in "'\"" or not source:
        return None
    try:
        value = ast.literal_eval(source)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return None
    return value if isinstance(value, str) else None
