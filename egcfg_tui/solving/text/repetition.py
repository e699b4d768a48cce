"""Recognises a model that repeats the same lines again and again, from which it will not recover."""

from __future__ import annotations

from typing import Final

_REPEATS: Final = 4
_LINES: Final = 8
_LONGEST: Final = 12


def repeats_itself(code: str) -> bool:
    """Whether the code ends with the same block `_REPEATS` times in a row, in all `_LINES` lines or more.

    The function looks for blocks of up to `_LONGEST` lines; blank lines and an unfinished last line do not
    count. The bounds leave room for repetitions that people write, such as tables with equal rows.
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
