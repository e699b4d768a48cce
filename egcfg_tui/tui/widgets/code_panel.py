"""The code as it grows, with the line that is looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message

from egcfg_tui.tui import code
from egcfg_tui.tui.rewinding import can_be_retaken
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.view import LineView, SolveView
from egcfg_tui.tui.widgets.lines import LinesPanel

SWAYED: Final = "◆"
"""Marks a line in which guidance chose another token than the model alone would have."""


class CodePanel(LinesPanel):
    """The chosen code and below it the line in work. A click on a row asks to look at its line."""

    class RowClicked(Message):
        """The user pointed at a row of the code, counted from 1."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    def on_click(self, event: Click) -> None:
        """Tells which row was meant."""
        if (offset := event.get_content_offset(self)) is not None:
            self.post_message(self.RowClicked(offset.y + self.scroll_offset.y + 1))

    def show(self, view: SolveView, selected: LineView | None, hint: str, rewind_key: str) -> None:
        """Draws the view; `selected` is the line whose candidates are looked at, None while live.

        `rewind_key` is told where it would go back to that line.
        """
        lines, growing = code_lines(view)
        if not lines:
            lines = [Content(""), *(Content.styled(f"  {text}", MUTED) for text in hint.split("\n"))]
        marked = selected or (view.lines[-1] if view.lines else None)
        rows = range(marked.rows[0] - 1, marked.rows[1]) if marked and marked.rows else range(0)
        if growing is not None and selected in (None, view.current):
            rows = range(growing, growing + 1)
        self.set_lines(lines, rows)
        trial = f"trial {view.trial.index}" if view.trial and view.trial.index > 1 else ""
        self.set_title("Code", trial, _look(view, selected, rewind_key))
        follow = len(lines) - 1 if view.phase.active else 0
        self.show_line(rows[-1] if rows else follow)


def code_lines(view: SolveView) -> tuple[list[Content], int | None]:
    """Numbered, coloured lines, and the index of the line in work, None where none grows."""
    done, newline, lead = view.code.rpartition("\n")
    if lead.strip():
        done, newline, lead = view.code, "\n", ""
    changed_by_guidance = tuple(
        row for line in view.lines if line.changed_by_guidance and line.rows for row in _range(line.rows)
    )
    lines = list(_decided(done, changed_by_guidance)) if newline else []
    if view.current is None or not view.phase.active or not view.way.by_lines:
        return lines, None
    start = len(lines)
    text = lead + view.current.text
    growing = code.line_after(done + newline, text.rstrip() or lead)
    cursor = Content.styled("▏", "$text-primary")
    for offset, line in enumerate(growing):
        end = cursor if offset == len(growing) - 1 else Content("")
        lines.append(_numbered(start + offset + 1, line + end, False))
    return lines, start


@lru_cache(maxsize=8)
def _decided(source: str, changed_by_guidance: tuple[int, ...]) -> tuple[Content, ...]:
    """The numbered lines of decided code; asked for on every tick, changed by a chosen line only."""
    return tuple(
        _numbered(row, text, row in changed_by_guidance)
        for row, text in enumerate(code.lines(source), start=1)
    )


def _range(rows: tuple[int, int]) -> range:
    return range(rows[0], rows[1] + 1)


def _numbered(row: int, text: Content, changed_by_guidance: bool) -> Content:
    number = Content.styled(f"{row:>3}", MUTED)
    mark = Content.styled(SWAYED, "$text-accent") if changed_by_guidance else Content(" ")
    return Content("").join([number, mark, Content(" "), text])


def _look(view: SolveView, selected: LineView | None, rewind_key: str) -> Content:
    if selected is None:
        return Content("")
    back = f" · {rewind_key} goes back to it" if can_be_retaken(view, selected) else ""
    return Content.styled(f"looking at line {selected.row}{back}", "not bold $text-accent")
