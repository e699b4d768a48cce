"""The signal: what executing the candidates showed, in as few tokens as carry it.

An attempt's new lines are shown once, each with the values it produced behind it; code that all attempts
share is in the prompt already and is not repeated. One test is shown in full, the first that does not pass;
the others take one line each.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import TestResult, Verdict

_INTRODUCTION: Final = (
    "Attempts at the next lines were executed on the tests; the values each line produced stand behind it.\n"
)
_VALUES_PER_LINE: Final = 4


@dataclass(frozen=True, slots=True)
class Attempt:
    """One executed program. `complete`: the model had finished its answer, so its verdicts count."""

    source: str
    complete: bool
    results: tuple[TestResult, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """The text, its length in tokens, and what the budget left out (empty: nothing)."""

    text: str
    tokens: int
    dropped: str


def render_signal(
    code_so_far: str, attempts: Sequence[Attempt], budget_tokens: int, count_tokens: Callable[[str], int]
) -> Signal:
    """The signal for the line after `code_so_far` (canonical text), at most `budget_tokens` long.

    Attempts come in the given order; whole attempts are left out from the end until the rest fits.
    Without attempts, or when none fits, the signal is empty.
    """
    blocks = [_block(index, code_so_far, attempt) for index, attempt in enumerate(attempts, 1)]
    for kept in range(len(blocks), 0, -1):
        text = "\n\n" + _INTRODUCTION + "\n".join(blocks[:kept])
        tokens = count_tokens(text)
        if tokens <= budget_tokens:
            left_out = len(blocks) - kept
            return Signal(text, tokens, f"{left_out} of {len(blocks)} attempts" if left_out else "")
    return Signal("", 0, f"all {len(blocks)} attempts" if blocks else "")


def _block(number: int, code_so_far: str, attempt: Attempt) -> str:
    shown = _shown_result(attempt.results)
    notes = _line_notes(shown)
    known = _common_lines(code_so_far.splitlines(), attempt.source.splitlines())
    lines = [f"# attempt {number}" + ("" if attempt.complete else ", unfinished")]
    for line_number, line in enumerate(attempt.source.splitlines(), 1):
        if line_number > known:
            note = notes.get(line_number)
            lines.append(f"{line}  # {note}" if note else line)
    if shown is not None:
        lines.append(_result_text(shown, attempt.complete, shown=True))
        lines += [
            _result_text(result, attempt.complete, shown=False)
            for result in attempt.results
            if result is not shown
        ]
    return "\n".join(line for line in lines if line) + "\n"


def _shown_result(results: tuple[TestResult, ...]) -> TestResult | None:
    """The first test that does not pass, else the first."""
    return next((result for result in results if not result.passed), results[0] if results else None)


def _result_text(result: TestResult, complete: bool, *, shown: bool) -> str:
    """One line for one test. Unfinished code cannot be right yet, so a wrong answer of it says nothing."""
    if result.passed:
        return f"{result.test} -> passed"
    if not complete and result.status is Verdict.FAILED:
        return f"{result.test} -> unfinished" if shown else ""
    return f"{result.test} -> {result.error or result.status.value}"


def _line_notes(result: TestResult | None) -> dict[int, str]:
    """Line number to the values it produced, the first few of each variable in order."""
    if result is None or result.trace is None:
        return {}
    values: dict[int, dict[str, list[str]]] = {}
    for event in result.trace.events:
        at_line = values.setdefault(event.line, {})
        if event.kind == "return":
            at_line.setdefault("returns", []).append(event.value or "None")
        elif event.kind == "exception":
            at_line.setdefault("raises", []).append(event.value or "")
        for name, value in event.changes:
            at_line.setdefault(f"{name} =", []).append(value)
    return {
        line: "; ".join(_sequence(name, seen) for name, seen in names.items())
        for line, names in values.items()
        if names
    }


def _sequence(name: str, values: list[str]) -> str:
    more = ", ..." if len(values) > _VALUES_PER_LINE else ""
    return f"{name} {', '.join(values[:_VALUES_PER_LINE])}{more}"


def _common_lines(left: Sequence[str], right: Sequence[str]) -> int:
    """How many leading lines two texts share."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
