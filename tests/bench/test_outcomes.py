"""The outcome of a task follows first from its tests, and then from the reason of its end."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.fake_bench import exercise, finished

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui import events
from egcfg_tui.bench.outcomes import is_decided, outcome_of
from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import ScoredTest, SolveFinished
from egcfg_tui.solving.request.solve_request import SolveRequest

EXERCISE = exercise(1)
CODE = "def add(n):\n    return n + 2\n"


def end(
    visible: str, hidden: str, reason: events.Outcome = events.Outcome.FAILED, solution: str = CODE
) -> SolveFinished:
    """A solve whose tests passed (`p`), failed (`f`) or were not run (`-`)."""

    def tests(letters: str, *, are_hidden: bool) -> list[ScoredTest]:
        results = {
            "p": TestResult("t", Verdict.PASSED),
            "f": TestResult("t", Verdict.FAILED),
            "-": None,
        }
        return [ScoredTest("t", are_hidden, results[letter]) for letter in letters]

    rows = (*tests(visible, are_hidden=False), *tests(hidden, are_hidden=True))
    solve = finished(SolveRequest(EXERCISE), "tiny")
    return replace(solve, tests=rows, reason=reason, solution=solution)


@pytest.mark.parametrize(
    ("solve", "outcome"),
    [
        (end("pp", "pp", events.Outcome.PASSED), Outcome.SOLVED),
        (end("pp", "", events.Outcome.PASSED), Outcome.SOLVED),
        (end("", "p"), Outcome.SOLVED),
        (end("pp", "pf", events.Outcome.PASSED), Outcome.WRONG),
        (end("pp", "pf", events.Outcome.BUDGET), Outcome.WRONG),
        (end("pp", "f-", events.Outcome.PASSED), Outcome.WRONG),
        (end("", "f"), Outcome.FAILED),
        (end("pf", "pp"), Outcome.FAILED),
        (end("pf", "pp", events.Outcome.BUDGET), Outcome.BUDGET),
        (end("ff", "", events.Outcome.LENGTH), Outcome.LENGTH),
        (end("ff", "", events.Outcome.THOUGHT, ""), Outcome.NO_CODE),
        (end("ff", "", solution="I cannot do that.\n"), Outcome.NO_CODE),
        (end("ff", "", solution=""), Outcome.NO_CODE),
        (end("ff", "", events.Outcome.BUDGET, ""), Outcome.BUDGET),
    ],
)
def test_outcomes(solve: SolveFinished, outcome: Outcome) -> None:
    assert outcome_of(solve, EXERCISE, cut=False) is outcome


def test_an_answer_that_was_cut_is_told_unless_it_passes() -> None:
    assert outcome_of(end("ff", "f"), EXERCISE, cut=True) is Outcome.LENGTH
    assert outcome_of(end("pp", "p"), EXERCISE, cut=True) is Outcome.SOLVED


@pytest.mark.parametrize(
    ("visible", "hidden", "decided"),
    [
        ("pp", "pp", True),
        ("p-", "pp", False),
        ("f-", "--", True),
        ("pp", "p-", False),
        ("pp", "f-", True),
        ("--", "f-", False),
        ("", "", True),
    ],
)
def test_tests_that_were_not_run_leave_open_what_they_could_change(
    visible: str, hidden: str, decided: bool
) -> None:
    assert is_decided(end(visible, hidden).tests) is decided
