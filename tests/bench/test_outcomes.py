"""How a task ended, from the last event of its solve."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.digits_run import EXERCISE, SOLVE

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.bench.outcomes import outcome_of
from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import Outcome as Reason
from egcfg_tui.events import SolveFinished

FINISHED = SOLVE[-1]
assert isinstance(FINISHED, SolveFinished)

VERDICTS = {"p": Verdict.PASSED, "f": Verdict.FAILED}


@pytest.mark.parametrize(
    ("results", "reason", "expected"),
    [
        ("ppp pp", Reason.PASSED, Outcome.SOLVED),
        ("ppp pf", Reason.PASSED, Outcome.WRONG),
        ("pfp pp", Reason.FAILED, Outcome.FAILED),
        ("pfp pp", Reason.BUDGET, Outcome.BUDGET),
        # A dash is a test that was not run any more.
        ("ppp p-", Reason.PASSED, Outcome.BUDGET),
        ("p-- --", Reason.PASSED, Outcome.BUDGET),
        ("ppp f-", Reason.PASSED, Outcome.WRONG),
        ("f-- --", Reason.FAILED, Outcome.FAILED),
    ],
)
def test_an_outcome_is_what_the_tests_say_and_what_was_not_run(
    results: str, reason: Reason, expected: Outcome
) -> None:
    tests = tuple(
        replace(test, result=None if letter == "-" else TestResult(test.test, VERDICTS[letter]))
        for test, letter in zip(FINISHED.tests, results.replace(" ", ""), strict=True)
    )
    assert outcome_of(replace(FINISHED, tests=tests, reason=reason), EXERCISE, cut=False) is expected
