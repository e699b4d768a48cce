"""The signal: what executing the candidates showed, in as few tokens as carry it.

An attempt's new lines are shown once; code that all attempts share is in the prompt already and is not
repeated. The first test that does not pass is followed by the values that variables went through, the
others share a line. Values stand apart from the code: noted behind its lines, they are imitated in
the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import TestResult, Verdict

_INTRODUCTION: Final = "Attempts at the next lines were executed on the tests:\n"
_VALUES_SHOWN: Final = 6


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
    lines = attempt.source.splitlines()
    new_lines = lines[_common_lines(code_so_far.splitlines(), lines) :]
    heading = f"Attempt {number}" + ("" if attempt.complete else ", unfinished") + ":"
    block = [heading, *new_lines]
    shown = _shown_result(attempt.results)
    if shown is not None:
        block += [f"{shown.test} -> {_outcome(shown, attempt.complete)}", *_values(shown)]
        others = [_outcome(result, attempt.complete) for result in attempt.results if result is not shown]
        if others:
            block.append(f"other tests -> {', '.join(others)}")
    return "\n".join(block) + "\n"


def _shown_result(results: tuple[TestResult, ...]) -> TestResult | None:
    """The first test that does not pass, else the first."""
    return next((result for result in results if not result.passed), results[0] if results else None)


def _outcome(result: TestResult, complete: bool) -> str:
    """A test's result in words. Unfinished code cannot be right yet, so a wrong answer of it says nothing."""
    if not complete and result.status is Verdict.FAILED:
        return "unfinished"
    if result.passed:
        return "passed"
    return (result.error or result.status.value).removeprefix("AssertionError: ")


def _values(result: TestResult) -> list[str]:
    """A line for each variable with the values it went through; then what was returned or raised."""
    if result.trace is None:
        return []
    values: dict[str, list[str]] = {}
    for event in result.trace.events:
        if event.kind == "call" and event.depth == 0:
            # The test's text shows these arguments already.
            continue
        if event.kind == "return":
            values.setdefault("returned", []).append(event.value or "None")
        elif event.kind == "exception":
            values.setdefault("raised", []).append(event.value or "")
        for name, value in event.changes:
            values.setdefault(f"{name}:", []).append(value)
    return [f"  {name} {_sequence(seen)}" for name, seen in values.items()]


def _sequence(values: list[str]) -> str:
    """The first and the last values; those between are counted."""
    if len(values) <= _VALUES_SHOWN:
        return ", ".join(values)
    head, tail = values[: _VALUES_SHOWN - 2], values[-2:]
    return f"{', '.join(head)}, ({len(values) - len(head) - 2} more), {', '.join(tail)}"


def _common_lines(left: Sequence[str], right: Sequence[str]) -> int:
    """How many leading lines two texts share."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
