"""Blocks of lines side by side, as many as the width has room for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content

from egcfg_tui.tui.styles import RULE

COLUMN_CELLS: Final = 44
"""A column is at least so wide."""


def column_count(width: int, blocks: int) -> int:
    """How many blocks stand side by side."""
    return max(1, min(blocks, width // COLUMN_CELLS))


def column_width(width: int, columns: int) -> int:
    """Cells of one column, without the rule behind it."""
    return width if columns == 1 else width // columns - 2


def beside(
    blocks: Sequence[Sequence[Content]], width: int, columns: int
) -> tuple[list[Content], list[tuple[int | None, ...]]]:
    """The lines of all blocks, `columns` side by side, and which block stands in each column of a line."""
    lines: list[Content] = []
    places: list[tuple[int | None, ...]] = []
    cells = column_width(width, columns)
    rule = Content.styled("│ ", RULE)
    for first in range(0, len(blocks), columns):
        row = [*blocks[first : first + columns], *([[]] * (first + columns - len(blocks)))]
        here = tuple(first + at if first + at < len(blocks) else None for at in range(columns))
        for at in range(max(map(len, row))):
            parts = [block[at] if at < len(block) else Content("") for block in row]
            lines.append(_joined(parts, cells, rule) if columns > 1 else parts[0])
            places.append(here)
    return lines, places


def _joined(parts: Sequence[Content], cells: int, rule: Content) -> Content:
    fitted = [part.truncate(cells, ellipsis=True, pad=True) for part in parts]
    return rule.join(fitted)
