"""The signal: what the executed candidates did, in as few tokens as possible.

The signal does not repeat what the prompt shows: the code before the attempts' new lines, and long tests,
which are named by their number. Facts that all attempts share (the shown test, its outcome, the values of a
variable) are written once, at the top. An attempt that adds nothing is left out. Values stand below the code
and not at the end of its lines, because the model would imitate that in its answer.
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
# The mended line of unfinished code whose last block is empty.
_MEND: Final = "pass"
_Values = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Attempt:
    """One executed program with its result per visible test.

    `complete`: the model had finished its answer, so a failed test says that the answer is wrong.
    """

    source: str
    complete: bool
    results: tuple[TestResult, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """The text, its length in tokens, and in words what the budget left out (empty: nothing)."""

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
    """The signal for the line after `code_so_far` (canonical text), at most `budget_tokens` tokens long.

    Attempts are shown in the given order; whole attempts are left out from the end until the rest fits. The
    signal is empty if there are no attempts or none fits.
    """
    texts: Iterator[str]
    if trace_format is TraceFormat.FULL:
        most, blocks = len(attempts), [_every_step(attempt) for attempt in attempts]
        texts = (_numbered(" on the tests:\n", blocks[:kept]) for kept in range(1, most + 1))
    else:
        accounts = [_account(code_so_far, attempt, count_tokens, trace_format) for attempt in attempts]
        accounts = [account for account in accounts if account.adds_something]
        most = len(accounts)
        texts = (_in_common(accounts[:kept]) for kept in range(1, most + 1))
    signal = Signal("", 0, f"all {most} attempts" if most else "")
    # From few attempts to many: the text never gets shorter with one more, and there may be hundreds.
    for kept, body in enumerate(texts, 1):
        text = f"\n\n{_INTRODUCTION}{body}"
        tokens = count_tokens(text)
        if tokens > budget_tokens:
            break
        signal = Signal(text, tokens, f"{most - kept} of {most} attempts" if kept < most else "")
    return signal


@dataclass(frozen=True, slots=True)
class _Account:
    """What the signal says about one attempt.

    `lines` are its new lines, `test` is the test that it is shown on, `outcome` that test's outcome (empty if
    it says nothing yet), `values` those of the variables, and `others` the outcomes of the other tests.
    """

    lines: tuple[str, ...]
    unfinished: bool
    test: str
    outcome: str
    values: _Values
    others: tuple[str, ...]

    @property
    def adds_something(self) -> bool:
        """Whether the attempt adds anything to the prompt."""
        return bool(self.lines or self.outcome or self.values or self.others)

    def block(self, *, name_test: bool, outcome_known: bool, common: _Values) -> str:
        """The attempt's text, without what the top of the signal says for all attempts."""
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
        _shown_values(attempt, result, trace_format),
        () if list(others) == [_UNFINISHED] else tuple(others),
    )


def _in_common(accounts: Sequence[_Account]) -> str:
    """The text of all attempts, with their common facts at the top."""
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
    """The first result that is no pass, or else the first result, with the number of its test, from 1."""
    numbered = list(enumerate(results, 1))
    return next((entry for entry in numbered if not entry[1].passed), numbered[0] if numbered else None)


def _outcome(result: TestResult, complete: bool) -> str:
    """A test's result in words. A failed test of unfinished code says nothing, so it counts as unfinished.

    The expected value is left out if the test's text shows it.
    """
    if not complete and result.status is Verdict.FAILED:
        return _UNFINISHED
    if result.passed:
        return "passed"
    error = (result.error or result.status.value).removeprefix("AssertionError: ")
    got, _, expected = error.rpartition(", expected ")
    return got if got and _bare(expected) in _bare(result.test) else error


def _bare(text: str) -> str:
    """Text without white space and quotes, in which two ways to write one value may differ."""
    return re.sub(r"[\s'\"]", "", text)


def _shown_values(attempt: Attempt, result: TestResult, trace_format: TraceFormat) -> _Values:
    """The values of the variables, and what was returned or raised.

    A value is left out if the outcome or the last value of a variable already shows it. Unfinished code that
    returned None is no news either.
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


def _common_values(attempts: Sequence[_Values]) -> _Values:
    """The variables that have the same values in all attempts."""
    first, *rest = attempts
    return {name: seen for name, seen in first.items() if all(other.get(name) == seen for other in rest)}


def _without(told: _Values, common: _Values) -> _Values:
    return {name: seen for name, seen in told.items() if name not in common}
