"""How a task ended, read from the last event of its solve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from egcfg_tui import events
from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import ScoredTest, SolveFinished
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.text.answer_span import holds_code

SCORING_S: Final = 120.0
"""Wall seconds that the scoring of an answer may take: beyond any budget, as it is no work of a method."""

UNDECIDED: Final = f"no test failed, but not all were run within {SCORING_S:g} s; the machine is too busy"
"""The fault of an answer that is not `is_decided`."""


def outcome_of(finished: SolveFinished, exercise: Exercise, *, cut: bool) -> Outcome:
    """The outcome of a solve that was not stopped. `cut`: its answer ended at the longest length allowed."""
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
    """Whether tests that were not run in time could change nothing about `judged_outcome`."""
    for hidden in (False, True):
        results = [test.result for test in tests if test.hidden is hidden]
        if any(result is not None and not result.passed for result in results):
            return True
        if None in results:
            return False
    return True


def judged_outcome(tests: Sequence[ScoredTest]) -> Outcome:
    """Solved, wrong or failed: what the tests of an answer alone say. Without visible tests none is wrong."""
    visible = [test.passed for test in tests if not test.hidden]
    if tests and all(test.passed for test in tests):
        return Outcome.SOLVED
    return Outcome.WRONG if visible and all(visible) else Outcome.FAILED
