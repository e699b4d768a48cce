"""Rows as aligned columns, safe for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.terminal_text import printable


def columns(rows: Sequence[Sequence[str]]) -> str:
    """One line per row; each cell is put on one line and padded to the width of its column."""
    cells = [[printable(" ".join(cell.split())) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )
