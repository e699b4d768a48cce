"""Letters that stand for rows where names are too long: in charts and beside sentences."""

from __future__ import annotations


def letter(index: int) -> str:
    """`A` to `Z`, then `AA`, `AB` and so on."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
