"""One test with what came of it: its text, what it got, what it expected, what was printed."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from egcfg_sandbox import TestResult
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code, marks
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line, reason
from egcfg_tui.tui.view import TestRow
from egcfg_tui.tui.widgets.lines import wrapped

MOST_OUTPUT_LINES: Final = 6


def result_lines(place: int, result: TestResult, width: int) -> list[Content]:
    """The test's number, its text, and how it went; `place` counts from 0."""
    row = TestRow(
        result.test,
        result.status,
        result.error,
        guarded=result.guarded,
        got=result.got,
        expected=result.expected,
        output=result.output,
    )
    text = result.test.strip("\n")
    shown = text if "\n" in text else text.removeprefix("assert ")
    number = Content.styled(f" test {place + 1} ", MUTED)
    head = Content("").join([number, marks.mark(result.status).content, Content(" "), code.lines(shown)[0]])
    return [head, *(Content("   ") + line for line in code.lines(shown)[1:]), *told(row, width)]


def told(row: TestRow, width: int, *, every: bool = True) -> list[Content]:
    """Why a test did not pass; with `every` also what a passing one got, and what was printed."""
    style = marks.mark(row.verdict).style.removeprefix("bold ")
    lines: list[Content] = []
    why = reason(row.error) if row.error else ""
    if why and row.got is not None and row.expected is not None and len(why) > width - 3:
        sides = (f"got {one_line(row.got)}", f"expected {one_line(row.expected)}")
        before, held, _ = why.partition(f"got {one_line(row.got)}")
        shown = [before.strip(" (")] if held and before.strip(" (") else []
        lines = [line for side in (*shown, *sides) for line in wrapped(Content.styled(side, style), width, 3)]
    elif why:
        lines = wrapped(Content.styled(why, style), width, 3)
    elif every and row.got is not None:
        lines = wrapped(Content.styled(f"got {one_line(row.got)}", style), width, 3)
    return [*lines, *_printed(row.output, width)] if every and row.output.strip() else lines


def _printed(output: str, width: int) -> list[Content]:
    rows = visible(output.rstrip("\n")).split("\n")
    lines = [Content.styled("   printed", MUTED)]
    for row in rows[:MOST_OUTPUT_LINES]:
        lines += wrapped(Content(row), width, 5) or [Content("")]
    if len(rows) > MOST_OUTPUT_LINES:
        lines.append(Content.styled(f"     and {len(rows) - MOST_OUTPUT_LINES} more lines", MUTED))
    return lines
