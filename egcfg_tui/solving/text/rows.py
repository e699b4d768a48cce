"""Rows of the code, as people count them: where a line that the solver chooses stands.

The solver's own count of lines differs: the starter has rows before the first line, and a line may fill
several rows or end in a blank one.
"""

from __future__ import annotations


def row_behind(code: str) -> int:
    """The row on which the next line begins, from 1.

    A token may hold a line's end together with the next line's indent; behind anything else the last row is
    full, and the next line's text begins with its newline.
    """
    done, newline, tail = code.rpartition("\n")
    if tail.strip():
        return code.count("\n") + 2
    return done.count("\n") + 2 if newline else 1


def row_of(text: str, code: str) -> int:
    """The row on which a chosen line begins in the code that ends with it; behind the code without text."""
    if not text.strip():
        return row_behind(code)
    return max(1, last_row(code) - text.strip().count("\n"))


def last_row(code: str) -> int:
    """The last row that is not blank, from 1."""
    return code.rstrip().count("\n") + 1
