"""Letters that stand for rows in charts, where their names are too long."""

from __future__ import annotations


def letter(index: int) -> str:
    """`A` to `Z`, then `AA`, `AB` and so on."""
    return (letter(index // 26 - 1) if index >= 26 else "") + chr(ord("A") + index % 26)
