"""The signal: what executing the candidates showed, in as few tokens as carry it.

What the prompt shows is not repeated: neither code that all attempts share nor a long test, which is named by
its number. What all attempts have in common (the test they are shown on, its outcome, what a variable went
through) stands in front, once; an attempt that adds nothing is left out. Values stand apart from the code:
noted behind its lines, they are imitated in the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.prompting.traces import RAISED, RETURNED, TraceFormat, in_words, last_values, steps, values
from egcfg_tui.sequences import shared_length

_INTRODUCTION: Final = "Attempts at the next lines were executed"
_UNFINISHED: Final = "unfinished"
_QUOTED_TEST_TOKENS: Final = 20
# Stands where unfinished code lacks a block.
_MEND: Final = "pass"
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
    texts: Iterator[str]
    if trace_format is TraceFormat.FULL:
        most, blocks = len(attempts), [_every_step(attempt) for attempt in attempts]
        texts = (_numbered(" on the tests:\n", blocks[:kept]) for kept in range(1, most + 1))
    else:
        accounts = [_account(code_so_far, attempt, count_tokens, trace_format) for attempt in attempts]
        accounts = [account for account in accounts if account.tells]
        most = len(accounts)
        texts = (_in_common(accounts[:kept]) for kept in range(1, most + 1))
    signal = Signal("", 0, f"all {most} attempts" if most else "")
    # Upwards, as an attempt more never makes the text shorter and there may be hundreds of them.
    for kept, body in enumerate(texts, 1):
        text = f"\n\n{_INTRODUCTION}{body}"
        tokens = count_tokens(text)
        if tokens > budget_tokens:
            break
        signal = Signal(text, tokens, f"{most - kept} of {most} attempts" if kept < most else "")
    return signal


@dataclass(frozen=True, slots=True)
class _Account:
    """What one attempt has to tell: its new lines, the test it is shown on, that test's outcome (empty while
    it is open), values, and the outcomes of the other tests."""

    lines: tuple[str, ...]
    unfinished: bool
    test: str
    outcome: str
    values: _Values
    others: tuple[str, ...]

    @property
    def tells(self) -> bool:
        """Whether there is anything that the prompt does not say."""
        return bool(self.lines or self.outcome or self.values or self.others)

    def block(self, *, name_test: bool, outcome_known: bool, common: _Values) -> str:
        """Its text, without what stands in front of all."""
        outcome = f"-> {self.outcome}" if self.outcome and not outcome_known else ""
        shown = " ".join(part for part in (self.test if name_test else "", outcome) if part)
        values = in_words(_without(self.values, common))
        parts = [
            ", unfinished:" if self.unfinished else ":",
            *self.lines,
            shown,
            f"  {values}" if values else "",
            f"other tests -> {', '.join(self.others)}" if self.others else "",
        ]
        return "\n".join(part for part in parts if part) + "\n"


def _account(
    code_so_far: str, attempt: Attempt, count_tokens: Callable[[str], int], trace_format: TraceFormat
) -> _Account:
    lines = attempt.source.splitlines()
    new = lines[shared_length(code_so_far.splitlines(), lines) :]
    if new and not attempt.complete and new[-1].strip() == _MEND:
        new.pop()
    shown = _shown_result(attempt.results)
    if shown is None:
        return _Account(tuple(new), not attempt.complete, "", "", {}, ())
    number, result = shown
    short = "\n" not in result.test and count_tokens(result.test) <= _QUOTED_TEST_TOKENS
    outcome = _outcome(result, attempt.complete)
    others = {_outcome(other, attempt.complete): None for other in attempt.results if other is not result}
    if list(others) == [outcome] and outcome != _UNFINISHED:
        outcome, others = f"{outcome}, in all tests", {}
    return _Account(
        tuple(new),
        not attempt.complete,
        # The prompt shows the tests in this order.
        result.test if short else f"test {number}",
        "" if outcome == _UNFINISHED else outcome,
        _told(attempt, result, trace_format),
        () if list(others) == [_UNFINISHED] else tuple(others),
    )


def _in_common(accounts: Sequence[_Account]) -> str:
    """The text of all attempts, with what they have in common in front."""
    tests, outcomes = {each.test for each in accounts}, {each.outcome for each in accounts}
    one_test, several = len(tests) == 1, len(accounts) > 1
    one_outcome = one_test and several and len(outcomes) == 1
    common = _common_values([each.values for each in accounts]) if one_test and several else {}
    head = f": {accounts[0].test}" if one_test and accounts[0].test else ":"
    if one_outcome and accounts[0].outcome:
        head += f" -> {accounts[0].outcome}"
    if common:
        head += f"\n  all: {in_words(common)}"
    blocks = [
        each.block(name_test=not one_test, outcome_known=one_outcome, common=common) for each in accounts
    ]
    return _numbered(f"{head}\n", blocks)


def _numbered(head: str, blocks: Sequence[str]) -> str:
    return head + "".join(f"Attempt {number}{block}" for number, block in enumerate(blocks, 1))


def _every_step(attempt: Attempt) -> str:
    """One attempt with its whole source and every step of every test."""
    block = [":" if attempt.complete else ", unfinished:", attempt.source]
    for result in attempt.results:
        block.append(f"{result.test} -> {_outcome(result, attempt.complete)}")
        if result.trace is not None:
            block += steps(attempt.source, result.trace)
    return "\n".join(block) + "\n"


def _shown_result(results: tuple[TestResult, ...]) -> tuple[int, TestResult] | None:
    """The first test that does not pass, else the first, with its number."""
    numbered = list(enumerate(results, 1))
    return next((entry for entry in numbered if not entry[1].passed), numbered[0] if numbered else None)


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


def _told(attempt: Attempt, result: TestResult, trace_format: TraceFormat) -> _Values:
    """What the variables went through, and what was returned or raised.

    Each value once: what the outcome or the last value of a variable tells is not told again. That unfinished
    code returned nothing says nothing.
    """
    if result.trace is None:
        return {}
    told = (last_values if trace_format is TraceFormat.MINIMAL else values)(result.trace)
    outcome = _outcome(result, attempt.complete)
    returned, raised = told.get(RETURNED, ()), told.get(RAISED, ())
    variables = {name: seen for name, seen in told.items() if name not in (RETURNED, RAISED)}
    nothing = not attempt.complete and set(returned) == {"None"}
    known = {f"got {seen[-1]}" for seen in variables.values()} | {outcome}
    if nothing or (len(returned) == 1 and (result.passed or f"got {returned[0]}" in known)):
        del told[RETURNED]
    for name, seen in variables.items():
        if outcome == f"got {seen[0]}" and len(seen) == 1:
            del told[name]
    if raised and set(raised) == {raised[0]} and outcome.startswith(raised[0]):
        del told[RAISED]
    return told


def _common_values(told: Sequence[_Values]) -> _Values:
    """What all attempts have alike."""
    first, *rest = told
    return {name: seen for name, seen in first.items() if all(other.get(name) == seen for other in rest)}


def _without(told: _Values, common: _Values) -> _Values:
    return {name: seen for name, seen in told.items() if name not in common}
