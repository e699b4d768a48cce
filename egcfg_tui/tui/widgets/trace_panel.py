"""What a program did on one test, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.cells import cell_len, set_cell_size
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.events import Click
from textual.message import Message

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.story.steps import Fold, Gap, Row, Step, names, place, table
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.lines import wrapped
from egcfg_tui.tui.widgets.list_panel import ListPanel
from egcfg_tui.tui.widgets.result_lines import result_lines

WIDEST_VALUE: Final = 12
WIDEST_NAME: Final = 16
WIDEST_LINE: Final = 26
"""Cells of the code beside a step; panels narrower than three times that show none."""


class TracePanel(ListPanel):
    """A table of steps and variables, loops folded. A click on a row asks to look at its step."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "fold", "Open or close a loop", show=False),
    ]

    class RowClicked(Message):
        """The user pointed at a row of the table."""

        def __init__(self, row: int) -> None:
            super().__init__()
            self.row = row

    class FoldTurned(Message):
        """The user asked to open or close the loop at the step looked at."""

    _rows: tuple[int | None, ...] = ()

    def on_click(self, event: Click) -> None:
        """Tells which row was meant."""
        offset = event.get_content_offset(self)
        at = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= at < len(self._rows) and (row := self._rows[at]) is not None:
            self.post_message(self.RowClicked(row))

    def action_fold(self) -> None:
        """Opens or closes a loop."""
        self.post_message(self.FoldTurned())

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the trace of the program and test looked at."""
        self._redraw = lambda: self.show(shown, hint)
        program, found, trace = shown.program, shown.result, shown.trace
        if program is None or found is None or trace is None or not trace.events:
            self._rows = ()
            text = absence(shown) if shown.trial is not None else hint
            self.explain(text, result_lines(found[0], found[1], self.line_width) if found else ())
            self.set_title("Trace", shown.line_name, program.name if program else "")
            return
        head = result_lines(found[0], found[1], self.line_width)
        rows = table(program.code, trace, shown.look.opened)
        at = place(rows, shown.look.step) if shown.inspected and shown.look.step is not None else None
        columns, told = table_lines(program.code, rows, at, self.line_width)
        lines = [*head, columns]
        places: list[int | None] = [None] * len(lines)
        marked = range(0)
        for row, drawn in enumerate(told):
            if row == at:
                marked = range(len(lines), len(lines) + 1)
            lines += drawn
            places += [row] * len(drawn)
        self._rows = tuple(places)
        self.set_lines(lines, marked)
        count = len(trace.events)
        steps = f"{count} steps" if at is None else f"{(shown.look.step or 0) + 1}/{count}"
        self.set_title("Trace", shown.line_name, program.name, f"test {found[0] + 1}", steps)
        if at is not None:
            self.show_line(marked[0] + len(told[at]) - 1)
        self.show_line(marked[0] if at is not None else 0)


def table_lines(
    source: str, rows: Sequence[Row], at: int | None, width: int
) -> tuple[Content, list[list[Content]]]:
    """The heading, and for each row its lines: below the one looked at, the values that were cut."""
    source_lines = visible(source).split("\n")
    line_cells = min(WIDEST_LINE, max(map(cell_len, source_lines))) if width >= 3 * WIDEST_LINE else 0
    columns = {name: _column_width(name, rows) for name in names(rows)}
    heading = [f"{'step':>5} {'line':>5} ", set_cell_size("", line_cells + 1) if line_cells else ""]
    heading += [_cell(name, cells) + " " for name, cells in columns.items()]
    told = []
    for place_in_table, row in enumerate(rows):
        if isinstance(row, Step):
            lines = [_step_line(row, columns, source_lines, line_cells)]
            if place_in_table == at:
                lines += _cut_values(row, columns, width)
        else:
            lines = [_between(row)]
        told.append(lines)
    return Content.styled("".join(heading), MUTED), told


def _step_line(step: Step, columns: dict[str, int], source_lines: Sequence[str], line_cells: int) -> Content:
    event = step.event
    depth = "·" * min(event.depth, 3)
    parts = [
        Content.styled(f"{step.index + 1:>5} ", MUTED),
        Content(f"{depth}{event.line}".rjust(5) + " "),
    ]
    if line_cells:
        known = 0 < event.line <= len(source_lines)
        text = source_lines[event.line - 1].strip() if known else ""
        cut = text if cell_len(text) <= line_cells else set_cell_size(text, line_cells - 1) + "…"
        shown = code.lines(cut)[0]
        parts += [shown, Content(" " * (line_cells + 1 - shown.cell_length))]
    if event.kind in ("return", "exception"):
        return Content("").join([*parts, _end(step)])
    variables = dict(step.variables)
    for name, cells in columns.items():
        value = variables.get(name)
        style = "bold $text-accent" if name in step.changed else MUTED
        parts.append(Content.styled(_cell("" if value is None else value, cells) + " ", style))
    if event.repeats:
        parts.append(Content.styled(f"×{event.repeats + 1}", MUTED))
    return Content("").join(parts)


def _end(step: Step) -> Content:
    """How a call ended, in the place of its variables, which seldom change in it."""
    event = step.event
    sign, style = ("→", "$text-success") if event.kind == "return" else ("!", "$text-warning")
    changes = "".join(f"  {visible(name)} = {one_line(value)}" for name, value in event.changes)
    end = Content.styled(f"{sign} {one_line(event.value or 'None')}", f"bold {style}")
    return end + Content.styled(changes, "$text-accent")


def _between(row: Fold | Gap) -> Content:
    if isinstance(row, Gap):
        return Content.styled(f"    ⋯ {row.dropped} steps were not recorded", f"{MUTED} italic")
    many = "pass" if row.passes == 1 else "passes"
    text = f"    ⋯ {row.passes} more {many} of line {row.line}: steps {row.index + 1} to {row.end}"
    return Content.styled(text, "$text-primary")


def _cut_values(step: Step, columns: dict[str, int], width: int) -> list[Content]:
    """In full what the step changed and the table cuts off."""
    return [
        line
        for name, value in step.event.changes
        if cell_len(one_line(value)) > columns[name]
        for line in wrapped(Content.styled(f"{visible(name)} = {one_line(value)}", "$text-accent"), width, 12)
    ]


def _column_width(name: str, rows: Sequence[Row]) -> int:
    steps = (row for row in rows if isinstance(row, Step))
    values = (value for step in steps for found, value in step.variables if found == name)
    longest = max((cell_len(one_line(value)) for value in values), default=0)
    return max(min(WIDEST_NAME, cell_len(visible(name))), min(WIDEST_VALUE, longest))


def _cell(value: str, cells: int) -> str:
    value = one_line(value)
    return set_cell_size(value, cells - 1) + "…" if cell_len(value) > cells else set_cell_size(value, cells)


def absence(shown: Shown) -> str:
    """Why there is no trace."""
    if shown.program is None:
        return "Nothing has run yet."
    if not shown.program.results:
        return "Nothing of it can be executed."
    return "No trace: the program did not come to run, or the recording has no room for more."
