"""Comparing sequences, of tokens or of lines."""

from __future__ import annotations

from collections.abc import Sequence


def shared_length(left: Sequence[object], right: Sequence[object]) -> int:
    """How many leading items two sequences share."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
