"""Finds the outcome of a task from the last event of its solve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from egcfg_tui import events
from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import ScoredTest, SolveFinished
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.text.answer_span import holds_code

SCORING_S: Final = 120.0
"""Wall seconds that scoring may take. They count in no budget, since scoring is no part of a method."""

UNDECIDED: Final = f"no test failed, but not all finished within {SCORING_S:g} s; the machine is too busy"
"""The fault of an answer that is not `is_decided`."""


def outcome_of(finished: SolveFinished, exercise: Exercise, *, cut: bool) -> Outcome:
    """The outcome of a solve that was not stopped. `cut`: the answer reached the most tokens allowed."""
    judged = judged_outcome(finished.tests)
    if judged is not Outcome.FAILED:
        return judged
    if finished.reason is events.Outcome.BUDGET:
        return Outcome.BUDGET
    if not holds_code(finished.solution, exercise):
        return Outcome.NO_CODE
    cut = cut or finished.reason in (events.Outcome.LENGTH, events.Outcome.THOUGHT)
    return Outcome.LENGTH if cut else Outcome.FAILED


def is_decided(tests: Sequence[ScoredTest]) -> bool:
    """Whether `judged_outcome` is certain although some tests may not have finished in time."""
    for hidden in (False, True):
        results = [test.result for test in tests if test.hidden is hidden]
        if any(result is not None and not result.passed for result in results):
            return True
        if None in results:
            return False
    return True


def judged_outcome(tests: Sequence[ScoredTest]) -> Outcome:
    """Solved, wrong or failed, by the tests of an answer alone. Without visible tests it is never wrong."""
    visible = [test.passed for test in tests if not test.hidden]
    if tests and all(test.passed for test in tests):
        return Outcome.SOLVED
    return Outcome.WRONG if visible and all(visible) else Outcome.FAILED
