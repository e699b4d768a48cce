"""The candidates of one line: a list to choose from, and below it what each of them is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.events import CandidateRun
from egcfg_tui.tui import code, marks
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.story.candidates import Group, chosen_group, first_difference, group_of, groups
from egcfg_tui.tui.styles import MUTED, RULE
from egcfg_tui.tui.text import reason
from egcfg_tui.tui.view import LineView, Phase
from egcfg_tui.tui.widgets.columns import beside, column_count, column_width
from egcfg_tui.tui.widgets.lines import wrapped
from egcfg_tui.tui.widgets.list_panel import ListPanel

WIDEST_MARKS: Final = 8
"""More tests than this are shown as a count."""


class CandidatesPanel(ListPanel):
    """A row for each distinct text, then the texts. Candidates with equal executable prefix share a letter.

    A click on either asks to look at the candidate.
    """

    class CandidateClicked(Message):
        """The user pointed at a candidate, by its place in the list."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    _places: tuple[tuple[int | None, ...], ...] = ()
    """The candidate in each column of each line."""

    def on_click(self, event: Click) -> None:
        """Tells which candidate was meant."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else offset.y + self.scroll_offset.y
        if offset is None or not 0 <= row < len(self._places):
            return
        columns = self._places[row]
        at = min(len(columns) - 1, offset.x * len(columns) // self.line_width)
        if (place := columns[at]) is not None:
            self.post_message(self.CandidateClicked(place))

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the candidates of the line looked at."""
        self._redraw = lambda: self.show(shown, hint)
        line, tests = shown.line, len(shown.view.tests)
        found = groups(line) if line else []
        noun = shown.trial.way.whole if shown.trial else ""
        title = (f"{noun.capitalize()}s" if noun else "Candidates", shown.line_name, _summary(line))
        if line is None or not found:
            text = _absence(shown) or hint
            self._places = ()
            self.explain(text)
            self.set_title(*title)
            return
        looked_at = group_of(found, shown.look.candidate)
        listed = list_lines(line, found, tests)
        columns = column_count(self.line_width, len(found))
        width = column_width(self.line_width, columns)
        every = columns > 1
        blocks = [block_lines(line, found, at, tests, width, every=every) for at in range(len(found))]
        whole, places = beside(blocks, self.line_width, columns)
        lines = [*listed, Content.styled("─" * self.line_width, RULE), *whole]
        self._places = (*((at,) for at in range(len(found))), (None,), *places)
        row = found.index(looked_at) if looked_at else None
        self.set_lines(lines, range(row, row + 1) if row is not None else range(0))
        self.set_title(*title, looked_at.name if looked_at else "")
        self.show_line(row or 0)


def list_lines(line: LineView, found: Sequence[Group], tests: int) -> list[Content]:
    """A row for each entry: letter, numbers, marks, and the row of the code where it first differs."""
    lines = []
    for group, head in zip(found, _heads(line, found, tests), strict=True):
        at, text = first_difference(group, list(found))
        number = Content.styled(f" {line.row + at:>3} ", MUTED)
        ending = "⏎ end" if group.complete else "ends here" if line.candidates else ""
        end = Content.styled(ending, MUTED)
        shown = code.lines(text.strip())[0] if text else end
        lines.append(Content("").join([head, number, shown]))
    return lines


def block_lines(
    line: LineView, found: Sequence[Group], at: int, tests: int, width: int, *, every: bool = False
) -> list[Content]:
    """One entry whole: its code, and the first error of its prefix, or `every` one."""
    group, head = found[at], _heads(line, found, tests)[at]
    indent = _common_indent(found)
    rule = Content.styled(" │ ", RULE)
    blank = Content(" " * head.cell_length)
    body = [_dedented(text, indent) for text in code.lines("\n".join(group.rows))]
    if group.complete:
        body[-1] += Content.styled("  ⏎ end", MUTED)
    lines = [Content("").join([blank if row else head, rule, text]) for row, text in enumerate(body)]
    indent_cells = head.cell_length + rule.cell_length
    corner = Content.styled(" ╰ ", RULE)
    for error in _errors(group, every=every):
        for row, part in enumerate(wrapped(error, width, indent_cells)):
            lines.append(part if row else Content("").join([blank, corner, part[indent_cells:]]))
    return lines


def _heads(line: LineView, found: Sequence[Group], tests: int) -> list[Content]:
    """What stands in front of each entry, all equally wide."""
    label_width = max((len(group.numbers) for group in found), default=0)
    columns = [marks.row(_verdicts(group.run, tests), WIDEST_MARKS) for group in found]
    marks_width = max((column.cell_length for column in columns), default=0)
    chosen = chosen_group(line, list(found))
    return [
        Content("").join(
            [
                Content.styled("▸", "bold $text-primary") if _begins_like(group, chosen) else Content(" "),
                Content.styled(f"{group.letter:<1} ", "bold $text-primary"),
                Content.styled(f"{group.numbers:<{label_width}} ", MUTED),
                column,
                Content(" " * (marks_width - column.cell_length)),
            ]
        )
        for group, column in zip(found, columns, strict=True)
    ]


def _begins_like(group: Group, chosen: Group | None) -> bool:
    return chosen is not None and group.rows[0] == chosen.rows[0]


def _verdicts(run: CandidateRun | None, tests: int) -> list[Verdict | None]:
    """One entry per test; what has not run yet, or cannot be run, has none."""
    if run is None or not run.results:
        return [None] * tests
    return [result.status for result in run.results]


def _errors(group: Group, *, every: bool) -> list[Content]:
    """Why the prefix did not pass, said once per prefix: of the first test that failed, or of every one."""
    if group.run is None or not group.new:
        return []
    if group.run.source is None:
        return [Content.styled("nothing of it can be executed", f"{MUTED} italic")]
    failing = [(at, result) for at, result in enumerate(group.run.results, start=1) if not result.passed]
    alone = not every and len(failing) == len(group.run.results)
    return [
        Content.styled(
            f"{'' if alone else f'test {at}: '}{_reason(result)}",
            marks.mark(result.status).style.removeprefix("bold "),
        )
        for at, result in (failing if every else failing[:1])
    ]


def _reason(result: TestResult) -> str:
    return reason(result.error) if result.error else marks.mark(result.status).word


def _common_indent(found: Sequence[Group]) -> int:
    """Columns that all code lines of all texts are indented by at least; they say nothing here."""
    rows = [row for group in found for row in group.rows if row.strip()]
    return min((len(row) - len(row.lstrip(" ")) for row in rows), default=0)


def _dedented(line: Content, indent: int) -> Content:
    return line[indent:] if line.plain[:indent].isspace() else line


def _absence(shown: Shown) -> str:
    """Why there are no candidates, where that has a reason."""
    line, trial = shown.line, shown.trial
    if trial is None:
        return ""
    if trial.way.whole:
        name = trial.way.whole.capitalize()
        if trial.answers:
            changes = [f"{trial.name_of(each)}, {each.change}" for each in trial.answers if each.change]
            return "\n".join([f"{name}s are whole answers: ↑ and ↓ show each in the code.", *changes])
        return trial.way.no_candidates
    if line is None:
        return ""
    if trial.way.no_candidates:
        return trial.way.no_candidates
    if line.chosen:
        if shown.signal is None:
            return "No candidates."
        return f"No new candidates: the signal of line {shown.signal.row} still stands."
    return "No candidates yet." if shown.view.phase is Phase.PAUSED else "Sampling…"


def _summary(line: LineView | None) -> str:
    if line is None or not line.candidates:
        return ""
    if line.runs is None:
        return f"{len(line.candidates)} sampled"
    executable = [run for run in line.runs if run.source is not None]
    cached = sum(run.cached for run in executable)
    distinct = f"{len(executable)}/{len(line.candidates)} distinct"
    return f"{distinct} · {cached} cached" if cached else distinct
