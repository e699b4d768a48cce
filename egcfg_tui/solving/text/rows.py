"""Rows of the code: where a line that the solver chose, or is about to choose, stands for a person."""

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


def rows_of(text: str, code: str) -> tuple[int, int]:
    """The first and the last row of a chosen line in the code that ends with it."""
    last = code.rstrip().count("\n") + 1
    return max(1, last - text.strip().count("\n")), last
