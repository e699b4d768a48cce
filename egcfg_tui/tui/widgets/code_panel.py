"""The code as it grows, with the line that is looked at."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message

from egcfg_tui.tui import code
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.rewinding import can_be_retaken
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.widgets.lines import LinesPanel

CHANGED_MARK: Final = "◆"
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

    def show(self, shown: Shown, hint: str, rewind_key: str) -> None:
        """Draws the code; `rewind_key`, if any, is told where it would go back to the line looked at."""
        lines, growing = code_lines(shown)
        if not lines:
            lines = [Content(""), *(Content.styled(f"  {text}", MUTED) for text in hint.split("\n"))]
        marked = shown.line if shown.looked_at else shown.chosen
        rows = range(marked.rows[0] - 1, marked.rows[1]) if marked and marked.rows else range(0)
        if growing is not None and (not shown.looked_at or shown.line is shown.growing):
            rows = range(growing, growing + 1)
        if shown.inspected:
            rows = range(shown.step_row - 1, shown.step_row) if shown.step_row else range(0)
        self.set_lines(lines, rows)
        name = shown.line_name if shown.inspected else shown.trial_name
        self.set_title("Code", name, shown.code_of, _look(shown, rewind_key))
        follow = len(lines) - 1 if shown.growing else 0
        self.show_line(rows[-1] if rows else follow)


def code_lines(shown: Shown) -> tuple[list[Content], int | None]:
    """Numbered, coloured lines, and the index of the line in work, None where none grows."""
    done, newline, lead = shown.code.rpartition("\n")
    if lead.strip() or shown.growing is None:
        done, newline, lead = shown.code.rstrip("\n"), "\n" if shown.code.strip() else "", ""
    chosen = shown.trial.lines if shown.trial and not shown.inspected else ()
    changed_by_guidance = tuple(
        row for line in chosen if line.changed_by_guidance and line.rows for row in _range(line.rows)
    )
    lines = list(_decided(done, changed_by_guidance)) if newline else []
    if shown.growing is None:
        return lines, None
    start = len(lines)
    text = lead + shown.growing.text
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
    mark = Content.styled(CHANGED_MARK, "$text-accent") if changed_by_guidance else Content(" ")
    return Content("").join([number, mark, Content(" "), text])


def _look(shown: Shown, rewind_key: str) -> Content:
    line, step = shown.line, shown.look.step
    if shown.inspected:
        test = shown.result
        at = f"test {test[0] + 1}, step {step + 1}" if test and step is not None else ""
        return Content.styled(at, "not bold $text-accent")
    if not shown.looked_at or line is None:
        return Content("")
    retaken = rewind_key and can_be_retaken(shown.view, shown.trial, line)
    back = f" · {rewind_key} goes back to it" if retaken else ""
    return Content.styled(f"looking at line {line.row}{back}", "not bold $text-accent")
