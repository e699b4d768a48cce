"""Makes texts of models and programs harmless on a terminal."""

from __future__ import annotations

import unicodedata
from typing import Final

_DANGEROUS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories a terminal obeys or hides: controls, bidirectional and invisible marks, lone
surrogates, line separators."""


def printable(text: str) -> str:
    """The text with everything a terminal would obey or hide shown as a backslash escape."""
    if text.isprintable():
        return text
    return "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in "\n\t" or unicodedata.category(character) not in _DANGEROUS:
        return character
    return character.encode("unicode_escape").decode("ascii")
