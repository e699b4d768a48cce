"""How a task ended, read from the last event of its solve."""

from __future__ import annotations

from collections.abc import Sequence

from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import ScoredTest, SolveFinished
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.text.answer_span import holds_code


def outcome_of(finished: SolveFinished, exercise: Exercise, *, cut: bool) -> Outcome:
    """The outcome of a solve that was not stopped. `cut`: its answer ended at the longest length allowed."""
    judged = judged_outcome(finished.tests)
    if judged is not Outcome.FAILED:
        return judged
    if finished.reason == "budget":
        return Outcome.BUDGET
    if not holds_code(finished.solution, exercise):
        return Outcome.NO_CODE
    return Outcome.LENGTH if cut or finished.reason == "length" else Outcome.FAILED


def judged_outcome(tests: Sequence[ScoredTest]) -> Outcome:
    """Solved, wrong or failed: what the tests of an answer alone say. Without visible tests none is wrong."""
    visible = [test.passed for test in tests if not test.hidden]
    if tests and all(test.passed for test in tests):
        return Outcome.SOLVED
    return Outcome.WRONG if visible and all(visible) else Outcome.FAILED
