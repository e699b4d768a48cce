"""The rows of the code on which the solver's lines are, from 1, as people count them.

The solver's own count of lines is different: the starter has rows before the first line, and a line may fill
several rows or end in a blank one.
"""

from __future__ import annotations


def next_row(code: str) -> int:
    """The row on which the next line begins, from 1.

    A token may hold the end of a line together with the indent of the next one, so the last row may be blank.
    Otherwise the last row is full, and the text of the next line begins with a newline.
    """
    done, newline, tail = code.rpartition("\n")
    if tail.strip():
        return code.count("\n") + 2
    return done.count("\n") + 2 if newline else 1


def row_of(text: str, code: str) -> int:
    """The row on which the line `text` begins in the code that ends with it; without text the next row."""
    if not text.strip():
        return next_row(code)
    return max(1, last_row(code) - text.strip().count("\n"))


def last_row(code: str) -> int:
    """The last row that is not blank, from 1."""
    return code.rstrip().count("\n") + 1
