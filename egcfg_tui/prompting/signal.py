"""The signal: what executing the candidates showed, in as few tokens as carry it.

Code that all attempts share is in the prompt already and is not repeated; neither is a test that all of them
are shown on, nor what a variable went through in all of them alike: that stands in front, once. Values stand
apart from the code: noted behind its lines, they are imitated in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.prompting.traces import RETURNED, TraceFormat, in_words, last_values, steps, values

_INTRODUCTION: Final = "Attempts at the next lines were executed"
_UNFINISHED: Final = "unfinished"
_Values = dict[str, tuple[str, ...]]


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
    code_so_far: str,
    attempts: Sequence[Attempt],
    budget_tokens: int,
    count_tokens: Callable[[str], int],
    trace_format: TraceFormat = TraceFormat.COMPACT,
) -> Signal:
    """The signal for the line after `code_so_far` (canonical text), at most `budget_tokens` long.

    Attempts come in the given order; whole attempts are left out from the end until the rest fits.
    Without attempts, or when none fits, the signal is empty.
    """
    for kept in range(len(attempts), 0, -1):
        text = f"\n\n{_INTRODUCTION}{_body(code_so_far, attempts[:kept], trace_format)}"
        tokens = count_tokens(text)
        if tokens <= budget_tokens:
            left_out = len(attempts) - kept
            return Signal(text, tokens, f"{left_out} of {len(attempts)} attempts" if left_out else "")
    return Signal("", 0, f"all {len(attempts)} attempts" if attempts else "")


def _body(code_so_far: str, attempts: Sequence[Attempt], trace_format: TraceFormat) -> str:
    if trace_format is TraceFormat.FULL:
        return " on the tests:\n" + "\n".join(_every_step(*entry) for entry in enumerate(attempts, 1))
    shown = [_shown_result(attempt.results) for attempt in attempts]
    told = [_told(attempt, result, trace_format) for attempt, result in zip(attempts, shown, strict=True)]
    tests = {result.test for result in shown if result is not None}
    shared_test = len(tests) == 1 and len(attempts) > 1
    common = _common_values(told) if shared_test else {}
    head = f": {tests.pop()}\n" if shared_test else ":\n"
    if common:
        head += f"  all: {in_words(common)}\n"
    blocks = [
        _block(number, code_so_far, attempt, result, _without(named, common), name_test=not shared_test)
        for number, (attempt, result, named) in enumerate(zip(attempts, shown, told, strict=True), 1)
    ]
    return head + "".join(blocks)


def _block(
    number: int,
    code_so_far: str,
    attempt: Attempt,
    shown: TestResult | None,
    told: _Values,
    *,
    name_test: bool,
) -> str:
    """One attempt: its new lines, the outcome of the test it is shown on, values, the other outcomes."""
    lines = attempt.source.splitlines()
    block = [_heading(number, attempt), *lines[_common_lines(code_so_far.splitlines(), lines) :]]
    if shown is not None:
        outcome = f"-> {_outcome(shown, attempt.complete)}"
        block.append(f"{shown.test} {outcome}" if name_test else outcome)
        if told:
            block.append(f"  {in_words(told)}")
        others = [_outcome(result, attempt.complete) for result in attempt.results if result is not shown]
        if any(other != _UNFINISHED for other in others):
            block.append(f"other tests -> {', '.join(others)}")
    return "\n".join(block) + "\n"


def _every_step(number: int, attempt: Attempt) -> str:
    """One attempt with its whole source and every step of every test."""
    block = [_heading(number, attempt), attempt.source]
    for result in attempt.results:
        block.append(f"{result.test} -> {_outcome(result, attempt.complete)}")
        if result.trace is not None:
            block += steps(attempt.source, result.trace)
    return "\n".join(block) + "\n"


def _heading(number: int, attempt: Attempt) -> str:
    return f"Attempt {number}" + ("" if attempt.complete else ", unfinished") + ":"


def _shown_result(results: tuple[TestResult, ...]) -> TestResult | None:
    """The first test that does not pass, else the first."""
    return next((result for result in results if not result.passed), results[0] if results else None)


def _outcome(result: TestResult, complete: bool) -> str:
    """A test's result in words. Unfinished code cannot be right yet, so a wrong answer of it says nothing.

    What was expected is left out where the test's text shows it.
    """
    if not complete and result.status is Verdict.FAILED:
        return _UNFINISHED
    if result.passed:
        return "passed"
    error = (result.error or result.status.value).removeprefix("AssertionError: ")
    got, _, expected = error.rpartition(", expected ")
    return got if got and _bare(expected) in _bare(result.test) else error


def _bare(text: str) -> str:
    """Text without what two ways to write one value differ in."""
    return re.sub(r"[\s'\"]", "", text)


def _told(attempt: Attempt, result: TestResult | None, trace_format: TraceFormat) -> _Values:
    """What the variables went through, and what was returned where the outcome does not tell it.

    That unfinished code returned nothing says nothing.
    """
    if result is None or result.trace is None:
        return {}
    told = (last_values if trace_format is TraceFormat.MINIMAL else values)(result.trace)
    returned = told.get(RETURNED, ())
    nothing = not attempt.complete and set(returned) == {"None"}
    known = len(returned) == 1 and (
        result.passed or _outcome(result, attempt.complete) == f"got {returned[0]}"
    )
    if nothing or known:
        del told[RETURNED]
    return told


def _common_values(told: Sequence[_Values]) -> _Values:
    """What all attempts have alike."""
    first, *rest = told
    return {name: seen for name, seen in first.items() if all(other.get(name) == seen for other in rest)}


def _without(told: _Values, common: _Values) -> _Values:
    return {name: seen for name, seen in told.items() if name not in common}


def _common_lines(left: Sequence[str], right: Sequence[str]) -> int:
    """How many leading lines two texts share."""
    count = 0
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        count += 1
    return count
