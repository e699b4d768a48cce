"""The attempts that a signal can show after the runs of a refresh."""

from __future__ import annotations

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.prompting.signal import Attempt
from egcfg_tui.solving.guided.attempts import attempts_of, distinct

ROWS = (TestResult("assert f(1) == 2", Verdict.FAILED, "got 1"),)


def test_an_attempt_is_complete_where_a_candidate_behind_it_is() -> None:
    candidates = [Candidate(0, "a", 1, False), Candidate(1, "a", 1, True), Candidate(2, "b", 1, False)]
    runs = [CandidateRun((0, 1), "a", ROWS), CandidateRun((2,), "b", ROWS), CandidateRun((3,), None, ())]
    assert attempts_of(candidates, runs) == [Attempt("a", True, ROWS), Attempt("b", False, ROWS)]


def test_of_attempts_with_one_shape_the_first_stays() -> None:
    one, other = "def f(x):\n    return x", "def f(y):\n    return y"
    third = "def f(x):\n    return x + 1"
    attempts = [Attempt(one, False, ROWS), Attempt(third, False, ROWS), Attempt(other, True, ROWS)]
    assert distinct(attempts) == [Attempt(one, True, ROWS), Attempt(third, False, ROWS)]
    assert distinct(attempts[:2]) == attempts[:2]
