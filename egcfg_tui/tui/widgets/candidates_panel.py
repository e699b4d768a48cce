"""The candidates of one line: what was sampled, what could be run, and how it fared on each test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code, marks
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.styles import MUTED, RULE
from egcfg_tui.tui.text import reason
from egcfg_tui.tui.view import LineView, Phase
from egcfg_tui.tui.widgets.lines import LinesPanel, wrapped

WIDEST_MARKS: Final = 8
"""More tests than this are shown as a count."""

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class CandidatesPanel(LinesPanel):
    """Candidates with equal text share a block; candidates with equal executable prefix share a letter."""

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the candidates of the line looked at."""
        self._redraw = lambda: self.show(shown, hint)
        line, tests = shown.line, len(shown.view.tests)
        lines = candidate_lines(line, tests, self.line_width) if line else []
        if not lines:
            text = _absence(shown) or hint
            lines = [Content.styled(f" {row}", MUTED) for row in text.split("\n")]
        self.set_lines(lines)
        by_lines = shown.trial is None or shown.trial.way.by_lines
        self.set_title("Candidates" if by_lines else "Samples", shown.line_name, _summary(line))


@dataclass(frozen=True, slots=True)
class _Block:
    """Candidates with one text. `letter` names their executable prefix, `first` says it is new here."""

    numbers: tuple[int, ...]
    text: str
    run: CandidateRun | None
    letter: str
    first: bool
    complete: bool


def candidate_lines(line: LineView, tests: int, width: int) -> list[Content]:
    """A block per distinct candidate: letter, numbers, marks, code, and the first error of its prefix."""
    blocks = _blocks(line)
    if not blocks:
        return []
    numbers = ["·".join(str(number) for number in block.numbers) for block in blocks]
    label_width = max(len(label) for label in numbers)
    columns = [marks.row(_verdicts(block.run, tests), WIDEST_MARKS) for block in blocks]
    marks_width = max(column.cell_length for column in columns)
    indent = _common_indent([block.text for block in blocks])
    lines: list[Content] = []
    for block, label, column in zip(blocks, numbers, columns, strict=True):
        chosen = line.chosen and _first_line(block.text) == _first_line(line.lead + line.text)
        arrow = Content.styled("▸", "bold $text-primary") if chosen else Content(" ")
        letter = Content.styled(f"{block.letter:<1} ", "bold $text-primary")
        head = Content("").join(
            [
                arrow,
                letter,
                Content.styled(f"{label:<{label_width}} ", MUTED),
                column,
                Content(" " * (marks_width - column.cell_length)),
            ]
        )
        rule = Content.styled(" │ ", RULE)
        blank = Content(" " * head.cell_length)
        body = [_dedented(text, indent) for text in code.lines(block.text.strip("\n").rstrip())]
        if block.complete:
            body[-1] += Content.styled("  ⏎ end", MUTED)
        for row, text in enumerate(body):
            lines.append(Content("").join([blank if row else head, rule, text]))
        if error := _error(block):
            column_width = head.cell_length + rule.cell_length
            corner = Content.styled(" ╰ ", RULE)
            for row, part in enumerate(wrapped(error, width, column_width)):
                lines.append(part if row else Content("").join([blank, corner, part[column_width:]]))
    return lines


def _blocks(line: LineView) -> list[_Block]:
    if not line.candidates:
        return [
            _Block((number,), line.lead + text, None, "", False, False)
            for number, text in enumerate(line.growing, start=1)
        ]
    by_text: dict[str, list[Candidate]] = {}
    for candidate in line.candidates:
        by_text.setdefault(candidate.text.rstrip(), []).append(candidate)
    runs = line.runs or ()
    blocks: list[_Block] = []
    seen: list[str] = []
    for text, same in by_text.items():
        at = next((at for at, run in enumerate(runs) if same[0].index in run.candidates), None)
        run = None if at is None else runs[at]
        letter = "" if run is None or run.source is None or at is None else LETTERS[at % len(LETTERS)]
        blocks.append(
            _Block(
                tuple(candidate.index + 1 for candidate in same),
                line.lead + text,
                run,
                letter,
                letter == "" or letter not in seen,
                any(candidate.complete for candidate in same),
            )
        )
        seen.append(letter)
    return blocks


def _verdicts(run: CandidateRun | None, tests: int) -> list[Verdict | None]:
    """One entry per test; what has not run yet, or cannot be run, has none."""
    if run is None or not run.results:
        return [None] * tests
    return [result.status for result in run.results]


def _error(block: _Block) -> Content | None:
    """Why the block's prefix did not pass, said once per prefix; None when there is nothing to say."""
    if block.run is None or not block.first:
        return None
    if block.run.source is None:
        return Content.styled("nothing of it can be executed", f"{MUTED} italic")
    failing = [(at, result) for at, result in enumerate(block.run.results, start=1) if not result.passed]
    if not failing:
        return None
    at, result = failing[0]
    where = "" if len(failing) == len(block.run.results) else f"test {at}: "
    return Content.styled(f"{where}{_reason(result)}", marks.mark(result.status).style.removeprefix("bold "))


def _reason(result: TestResult) -> str:
    return reason(result.error) if result.error else marks.mark(result.status).word


def _first_line(text: str) -> str:
    return text.lstrip("\n").split("\n", 1)[0].rstrip()


def _common_indent(texts: Sequence[str]) -> int:
    """Columns that all code lines of all texts are indented by at least; they say nothing here."""
    rows = [row for text in texts for row in visible(text).split("\n") if row.strip()]
    return min((len(row) - len(row.lstrip(" ")) for row in rows), default=0)


def _dedented(line: Content, indent: int) -> Content:
    return line[indent:] if line.plain[:indent].isspace() else line


def _absence(shown: Shown) -> str:
    """Why there are no candidates, where that has a reason."""
    line, trial = shown.line, shown.trial
    if trial is None:
        return ""
    if not trial.way.by_lines:
        return "Samples are whole answers: ↑ and ↓ show each in the code." if trial.answers else ""
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
