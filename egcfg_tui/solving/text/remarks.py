"""Finds remarks: comments and docstrings. If code is only run, nobody reads them."""

from __future__ import annotations

from typing import Final

from egcfg_tui.solving.text.open_code import lines_of, place_after, scan

_DOCSTRING_QUOTES: Final = ('"""', "'''")
REMARK_SIGNS: Final = ("#", *_DOCSTRING_QUOTES)
"""Every remark begins with one of these."""


def begins_remark(code: str, addition: str) -> bool:
    """Whether a remark begins in `addition`, when it is written after `code`.

    A remark is a comment, or a string in triple quotes that begins a statement. Signs inside strings do not
    begin one. If a string in the code is broken by the end of its line, the answer is False.
    """
    start = code.rfind("\n") + 1
    place = place_after(code[:start])
    at = start
    for line in lines_of(code[start:] + addition):
        if place is None:
            return False
        read = scan(line, place)
        indent = len(line) - len(line.lstrip())
        if place.between_statements and line.startswith(_DOCSTRING_QUOTES, indent):
            return at + indent + len(_DOCSTRING_QUOTES[0]) > len(code)
        if read.comment is not None and at + read.comment >= len(code):
            return True
        place = None if read.torn else read.place
        at += len(line)
    return False
