"""The tests and how the code fares on them."""

from __future__ import annotations

import re
from typing import Final

from textual.content import Content

from egcfg_tui.exercises.visibility import NOTHING_STEERS
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code, marks
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.stdin_text import StdinText, stdin_text
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.view import Phase, TestRow
from egcfg_tui.tui.widgets.lines import LinesPanel, wrapped
from egcfg_tui.tui.widgets.result_lines import told

INDENT: Final = 3
_FAILED_LINE: Final = re.compile(r"\(line (\d+) of the test\)$")
WORD_CELLS: Final = 7
MOST_LINES: Final = 12
"""Lines of a program's input or output that are shown."""


class TestsPanel(LinesPanel):
    """Each test with its mark; below one that did not pass, the reason."""

    __test__ = False  # keeps pytest from collecting the class

    def show(self, shown: Shown) -> None:
        """Draws the tests with the results of what is looked at."""
        self._redraw = lambda: self.show(shown)
        self.set_lines(test_lines(shown, self.line_width))
        count = f" {shown.passed}/{len(shown.tests)}" if any(row.verdict for row in shown.tests) else ""
        self.set_title(f"Tests{count}", shown.trial_name, shown.tests_of)


def test_lines(shown: Shown, width: int) -> list[Content]:
    """Visible tests first, then the hidden ones: their number before the end, their texts after it."""
    every = shown.inspected
    lines = [line for row in shown.tests if not row.hidden for line in _row(row, width, every=every)]
    if not lines and shown.view.exercise_id:
        lines = wrapped(Content.styled(NOTHING_STEERS, "$text-warning"), width, 1)
    hidden = [row for row in shown.tests if row.hidden]
    if hidden:
        lines.append(Content.styled(" hidden", MUTED))
        lines += [line for row in hidden for line in _row(row, width, every=every)]
    elif shown.view.hidden_tests:
        when = "not run" if shown.view.phase in (Phase.UNSOLVED, Phase.FAILED) else "run at the end"
        lines.append(Content.styled(f" · {shown.view.hidden_tests} hidden, {when}", MUTED))
    return lines


test_lines.__test__ = False  # type: ignore[attr-defined]


def _row(row: TestRow, width: int, *, every: bool) -> list[Content]:
    """The test with its mark, and how it went; of one that passed too, where `every` test is told of."""
    typed = stdin_text(row.text)
    lines = _stdin(typed, width) if typed else _code(row, width)
    mark = Content("").join([Content(" "), marks.mark(row.verdict).content, Content(" ")])
    lines[0] = mark + lines[0][INDENT:]
    if not row.guarded:
        lines.append(Content.styled("   runs inside, unguarded", MUTED))
    return [*lines, *told(row, width, every=every)]


def _code(row: TestRow, width: int) -> list[Content]:
    """A one-line assertion goes without its `assert`: the column is narrow, and the mark says as much.

    Of several assertions the one that failed is pointed at.
    """
    text = row.text.strip("\n")
    before = len(row.text) - len(row.text.lstrip("\n"))
    shown = text if "\n" in text else text.removeprefix("assert ")
    failed = _FAILED_LINE.search(row.error or "")
    lines: list[Content] = []
    for number, line in enumerate(code.lines(shown), start=before + 1):
        parts = wrapped(line, width, INDENT)
        if failed and number == int(failed[1]) and parts:
            pointer = Content.styled(" ▸ ", marks.mark(row.verdict).style)
            parts[0] = pointer + parts[0][INDENT:]
        lines += parts
    return lines


def _stdin(typed: StdinText, width: int) -> list[Content]:
    """What is typed and what is to be printed, line by line; of long texts the beginning."""
    rows: list[Content] = []
    for word, text in (("reads", typed.reads), ("prints", typed.prints)):
        lines = visible(text).split("\n")
        shown = lines if len(lines) <= MOST_LINES else lines[: MOST_LINES - 1]
        parts = [part for line in shown for part in _wrapped_cells(line, width - INDENT - WORD_CELLS)]
        if len(shown) < len(lines):
            parts.append(Content.styled(f"… and {len(lines) - len(shown)} more lines", MUTED))
        for number, part in enumerate(parts):
            head = Content.styled(f"{'' if number else word:<{WORD_CELLS}}", MUTED)
            rows.append(Content(" " * INDENT) + head + part)
    return rows


def _wrapped_cells(line: str, width: int) -> list[Content]:
    """A line of input or output, broken only where it is too wide."""
    return Content(line).wrap(max(8, width)) if line else [Content("")]
