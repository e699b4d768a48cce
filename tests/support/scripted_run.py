"""A short scripted run and the exercise it solves."""

from __future__ import annotations

from egcfg_sandbox import CodeTest, TestResult, Verdict
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    EngineLoaded,
    Event,
    LineChosen,
    LineGrown,
    Progressed,
    ScoredTest,
    SignalBuilt,
    SolveFinished,
    SolveStarted,
    Stage,
    StageEntered,
    TokenChoice,
    TokenCounts,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.request import SolveRequest
from egcfg_tui.solving.settings import Method, Settings

EXERCISE = Exercise(
    id="double",
    title="Double a number",
    statement="Return twice the number.",
    kind=ExerciseKind.FUNCTION,
    entry_point="double",
    visible=(CodeTest("assert double(2) == 4"), CodeTest("assert double(0) == 0")),
    hidden=(CodeTest("assert double(-3) == -6"),),
)
REQUEST = SolveRequest(EXERCISE, Method.EGCFG, Settings(), budget_s=60.0, seed=7)

_HEAD = "def double(x):\n"
_GOOD = "    return x * 2\n"
_BAD = "    return x ** 2\n"
_COUNTS = TokenCounts(prompt=120, candidate=24, signal=40, verified=5, decoded=3, reused=60)


def result(index: int, status: Verdict = Verdict.PASSED, error: str | None = None) -> TestResult:
    """One row for a visible test."""
    return TestResult(EXERCISE.visible[index].text, status, error, wall_s=0.01)


RUN: tuple[Event, ...] = (
    StageEntered(Stage.LOADING),
    EngineLoaded("tiny", "Tiny 1M Q8", "cpu", 4096, 0.5),
    SolveStarted(
        exercise_id="double",
        title="Double a number",
        statement="Return twice the number.",
        visible_tests=tuple(test.text for test in EXERCISE.visible),
        hidden_tests=1,
        starter="",
        method="egcfg",
        model="tiny",
        seed=7,
        budget_s=60.0,
        settings="ns3t0.75d5k1_ln",
        gamma=1.0,
    ),
    StageEntered(Stage.PROMPT),
    Progressed(Stage.PROMPT, 60, 120, 200.0, TokenCounts(prompt=60)),
    TrialStarted(1, "egcfg", "ns3t0.75d5k1_ln", 1.0),
    StageEntered(Stage.LINE),
    LineGrown(1, "def dou"),
    LineChosen(
        1,
        _HEAD,
        _HEAD,
        1.0,
        (TokenChoice("def double", 0.9, None, 0.9), TokenChoice("(x):\n", 0.8, None, 0.8, verified=True)),
    ),
    StageEntered(Stage.CANDIDATES),
    CandidatesSampled(
        2, (Candidate(1, _BAD, 7, True), Candidate(2, _GOOD, 6, True), Candidate(3, "    [b]x\x1b", 3, False))
    ),
    StageEntered(Stage.RUNS),
    CandidatesExecuted(
        2,
        (
            CandidateRun(
                (1,), _HEAD + _BAD, (result(0), result(1, Verdict.FAILED, "got 1, expected 0")), cached=True
            ),
            CandidateRun((2,), _HEAD + _GOOD, (result(0), result(1))),
            CandidateRun((3,), None, ()),
        ),
    ),
    StageEntered(Stage.SIGNAL),
    SignalBuilt(2, "double(2) -> 4", 12, dropped="1 trace"),
    LineChosen(2, _GOOD, _HEAD + _GOOD, 1.0, (TokenChoice("    return x * 2\n", 0.4, 0.9, 0.9),)),
    CodeExecuted(_HEAD + _GOOD, (result(0), result(1)), passed=True),
    TrialFinished(1, "passed", _HEAD + _GOOD, 2.5, _COUNTS),
    StageEntered(Stage.SCORING),
    SolveFinished(
        exercise_id="double",
        solved=True,
        hidden_passed=True,
        solution=_HEAD + _GOOD,
        reason="passed",
        method="egcfg",
        model="tiny",
        seed=7,
        wall_s=3.25,
        tokens=_COUNTS,
        runs=3,
        trials=1,
        tests=(
            ScoredTest("assert double(2) == 4", False, result(0)),
            ScoredTest("assert double(0) == 0", False, result(1)),
            ScoredTest(
                "assert double(-3) == -6", True, TestResult("assert double(-3) == -6", Verdict.PASSED)
            ),
        ),
    ),
    StageEntered(Stage.DONE),
)
"""A solve from loading to its end, transient events included."""
