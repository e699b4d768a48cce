"""Loops: a model that writes the same lines over and over will not find its way out."""

from __future__ import annotations

from typing import Final

_REPEATS: Final = 4
_LINES: Final = 8
_LONGEST: Final = 12


def repeats_itself(code: str) -> bool:
    """Whether the code ends with a block of lines `_REPEATS` times in a row, `_LINES` lines or more in all.

    Blocks of up to `_LONGEST` lines are looked for; blank lines do not count, an unfinished last line does
    not either. The bounds leave room for what people write: a table of equal rows, a ladder of equal
    returns.
    """
    lines = [line for line in code.split("\n")[:-1] if line.strip()]
    for size in range(1, _LONGEST + 1):
        times = max(_REPEATS, -(-_LINES // size))
        if len(lines) < size * times:
            continue
        tail = lines[-size * times :]
        if tail == tail[-size:] * times:
            return True
    return False
