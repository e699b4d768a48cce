"""The signal: what the executed candidates did, in as few tokens as possible.

The signal does not repeat what the prompt shows: the code before the attempts' new lines, and long tests,
which are named by their number. Facts that all attempts share (the shown test, its outcome, the values of a
variable) are written once, at the top. An attempt that adds nothing is left out. Values stand below the code
and not at the end of its lines, because the model would imitate that in its answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.prompting.signal_parts import PartKind, Piece, SignalPart, parts_of, text_of
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
    """The text, its length in tokens, and in words what the budget left out (empty: nothing).

    `attempts` are the executed programs that the text shows. `parts` say where its words come from; they
    refer to an attempt by its index.
    """

    text: str
    tokens: int
    dropped: str
    parts: tuple[SignalPart, ...] = ()
    attempts: tuple[str, ...] = ()


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
    versions: Iterator[list[Piece]]
    if trace_format is TraceFormat.FULL:
        told, blocks = list(attempts), [_every_step(attempt) for attempt in attempts]
        heading = Piece(" on the tests:\n")
        versions = (_numbered([heading], blocks[:kept]) for kept in range(1, len(told) + 1))
    else:
        accounts = [_account(code_so_far, attempt, count_tokens, trace_format) for attempt in attempts]
        told = [
            attempt for attempt, account in zip(attempts, accounts, strict=True) if account.adds_something
        ]
        accounts = [account for account in accounts if account.adds_something]
        versions = (_in_common(accounts[:kept]) for kept in range(1, len(told) + 1))
    most = len(told)
    signal = Signal("", 0, f"all {most} attempts" if most else "")
    # From few attempts to many: the text never gets shorter with one more, and there may be hundreds.
    for kept, body in enumerate(versions, 1):
        pieces = [Piece(f"\n\n{_INTRODUCTION}"), *body]
        text = text_of(pieces)
        tokens = count_tokens(text)
        if tokens > budget_tokens:
            break
        dropped = f"{most - kept} of {most} attempts" if kept < most else ""
        sources = tuple(attempt.source for attempt in told[:kept])
        signal = Signal(text, tokens, dropped, tuple(parts_of(pieces)), sources)
    return signal


@dataclass(frozen=True, slots=True)
class _Account:
    """What the signal says about one attempt.

    `lines` are its new lines. `test` is the test that it is shown on, `number` that test's index (None if
    there is no test), and `outcome` how that test ended (empty if it says nothing yet). `values` are those of
    the variables, and `others` the outcomes of the other tests.
    """

    lines: tuple[str, ...]
    unfinished: bool
    test: str
    number: int | None
    outcome: str
    values: _Values
    others: tuple[str, ...]

    @property
    def adds_something(self) -> bool:
        """Whether the attempt adds anything to the prompt."""
        return bool(self.lines or self.outcome or self.values or self.others)

    def block(self, *, name_test: bool, outcome_known: bool, common: _Values) -> list[Piece]:
        """The attempt's text, without the facts that the top of the signal says for all attempts."""
        shown = [self.shown_test] if name_test and self.test else []
        if self.outcome and not outcome_known:
            shown += [Piece(" ")] * bool(shown) + [self.shown_outcome]
        told = _value_pieces(_without(self.values, common), self.number)
        others = Piece(f"other tests -> {', '.join(self.others)}", PartKind.OUTCOME)
        rows = [
            [Piece(", unfinished:" if self.unfinished else ":")],
            *([Piece(line, PartKind.CODE)] for line in self.lines),
            shown,
            [Piece("  "), *told] if told else [],
            [others] if self.others else [],
        ]
        return [piece for row in rows if text_of(row) for piece in (*row, Piece("\n"))]

    @property
    def shown_test(self) -> Piece:
        """The test that the attempt is shown on."""
        return Piece(self.test, PartKind.TEST, self.number)

    @property
    def shown_outcome(self) -> Piece:
        """How that test ended."""
        return Piece(f"-> {self.outcome}", PartKind.OUTCOME, self.number)


def _account(
    code_so_far: str, attempt: Attempt, count_tokens: Callable[[str], int], trace_format: TraceFormat
) -> _Account:
    lines = attempt.source.splitlines()
    new = lines[shared_length(code_so_far.splitlines(), lines) :]
    if new and not attempt.complete and new[-1].strip() == _MEND:
        new.pop()
    shown = _shown_result(attempt.results)
    if shown is None:
        return _Account(tuple(new), not attempt.complete, "", None, "", {}, ())
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
        number - 1,
        "" if outcome == _UNFINISHED else outcome,
        _shown_values(attempt, result, trace_format),
        () if list(others) == [_UNFINISHED] else tuple(others),
    )


def _in_common(accounts: Sequence[_Account]) -> list[Piece]:
    """The text of all attempts, with their common facts at the top."""
    first = accounts[0]
    tests, outcomes = {each.test for each in accounts}, {each.outcome for each in accounts}
    one_test, several = len(tests) == 1, len(accounts) > 1
    one_outcome = one_test and several and len(outcomes) == 1
    common = _common_values([each.values for each in accounts]) if one_test and several else {}
    head = [Piece(": "), first.shown_test] if one_test and first.test else [Piece(":")]
    if one_outcome and first.outcome:
        head += [Piece(" "), first.shown_outcome]
    if common:
        head += [Piece("\n  all: "), *_value_pieces(common, first.number)]
    blocks = [
        each.block(name_test=not one_test, outcome_known=one_outcome, common=common) for each in accounts
    ]
    return _numbered([*head, Piece("\n")], blocks)


def _value_pieces(told: _Values, test: int | None) -> list[Piece]:
    """Names with their values on one line."""
    pieces: list[Piece] = []
    for name, found in told.items():
        pieces += [Piece("; ")] * bool(pieces) + [Piece(in_words(name, found), PartKind.VALUES, test, name)]
    return pieces


def _numbered(head: Sequence[Piece], blocks: Sequence[Sequence[Piece]]) -> list[Piece]:
    pieces = list(head)
    for index, block in enumerate(blocks):
        pieces.append(Piece(f"Attempt {index + 1}"))
        pieces += [replace(piece, attempt=index) for piece in block]
    return pieces


def _every_step(attempt: Attempt) -> list[Piece]:
    """One attempt with its whole source and every step of every test."""
    block = [Piece(":\n" if attempt.complete else ", unfinished:\n")]
    block += [Piece(f"{line}\n", PartKind.CODE) for line in attempt.source.split("\n")]
    for number, result in enumerate(attempt.results):
        block += [
            Piece(result.test, PartKind.TEST, number),
            Piece(f" -> {_outcome(result, attempt.complete)}\n", PartKind.OUTCOME, number),
        ]
        if result.trace is not None:
            block += [
                Piece(f"{text}\n", None if index is None else PartKind.STEP, number, step=index)
                for text, index in steps(attempt.source, result.trace)
            ]
    return block


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
