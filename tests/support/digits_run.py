"""The events of a guided solve of a small exercise: two refreshes, errors, a choice changed by guidance."""

from __future__ import annotations

from egcfg_sandbox import CodeTest, TestResult, Verdict
from egcfg_tui.events import (
    Candidate,
    CandidateRun,
    CandidatesExecuted,
    CandidatesGrown,
    CandidatesSampled,
    CodeExecuted,
    EngineLoaded,
    Event,
    LineChosen,
    LineGrown,
    Outcome,
    Progressed,
    ScoredTest,
    SignalBuilt,
    SolveFinished,
    SolveStarted,
    Stage,
    StageEntered,
    TokenChoice,
    TokenCounts,
    TrialCost,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.exercises.model import Exercise, ExerciseKind

EXERCISE = Exercise(
    id="digit_sum",
    title="Sum of digits",
    statement=(
        "Write `digit_sum(n)`: the sum of the decimal digits of the whole number `n`.\n\n"
        "The sign does not count, so `digit_sum(-12)` is 3, and a `list[int]` is not a number."
    ),
    kind=ExerciseKind.FUNCTION,
    entry_point="digit_sum",
    visible=(
        CodeTest("assert digit_sum(0) == 0"),
        CodeTest("assert digit_sum(1234) == 10"),
        CodeTest("assert digit_sum(-12) == 3"),
    ),
    hidden=(CodeTest("assert digit_sum(999_999) == 54"), CodeTest("assert digit_sum(-7) == 7")),
    level=1,
)

OTHER = Exercise(
    id="balanced",
    title="Balanced brackets",
    statement="Write `balanced(text)`: whether every bracket in `text` is closed in order.",
    kind=ExerciseKind.FUNCTION,
    entry_point="balanced",
    visible=(CodeTest("assert balanced('([])')"), CodeTest("assert not balanced('([)]')")),
    starter="def balanced(text: str) -> bool:\n",
    level=2,
)

TESTS = tuple(test.text for test in EXERCISE.visible)
HEADER = "def digit_sum(n):\n    "
LINE_2 = "total = 0\n    "
WINNER = "for d in str(abs(n)):\n        total += int(d)\n    return total\n"
COUNTING_DOWN = "total = 0\n    while n > 0:\n        total += n % 10\n        n //= 10\n"
UNFINISHED = "for digit in str(abs(n)):\n        total += int(digit)\n"
SOLUTION = HEADER + LINE_2 + WINNER


def row(test: int, status: Verdict = Verdict.PASSED, error: str | None = None) -> TestResult:
    """One result for a visible test."""
    return TestResult(TESTS[test], status, error, wall_s=0.01)


def rows(*statuses: tuple[Verdict, str | None]) -> tuple[TestResult, ...]:
    """One result per visible test."""
    return tuple(row(test, status, error) for test, (status, error) in enumerate(statuses))


PASS = (Verdict.PASSED, None)
NO_ANSWER = (Verdict.FAILED, "got None, expected 0")
NO_ANSWERS = rows(
    NO_ANSWER, (Verdict.FAILED, "got None, expected 10"), (Verdict.FAILED, "got None, expected 3")
)

STARTED = SolveStarted(
    exercise_id=EXERCISE.id,
    title=EXERCISE.title,
    statement=EXERCISE.statement,
    visible_tests=TESTS,
    hidden_tests=2,
    starter="",
    method="egcfg",
    model="tiny-coder",
    seed=0,
    budget_s=120.0,
    settings="ns3t0.75d5k1_ln",
    gamma=1.0,
)

LOADING: tuple[Event, ...] = (
    StageEntered(Stage.LOADING),
    EngineLoaded("tiny-coder", "Tiny Coder 1M Q8", "cpu", 4096, 1.25),
)

BEGIN: tuple[Event, ...] = (
    STARTED,
    StageEntered(Stage.PROMPT),
    Progressed(Stage.PROMPT, 180, 240, 171.0, TokenCounts(prompt=180)),
    TrialStarted(1, "egcfg", "ns3t0.75d5k1_ln", 1.0),
    StageEntered(Stage.LINE),
    LineGrown(1, 1, "def digit_sum"),
    LineChosen(
        1,
        1,
        HEADER,
        HEADER,
        1.0,
        (
            TokenChoice("def", 0.97, None, 0.97),
            TokenChoice(" digit", 0.99, None, 0.99),
            TokenChoice("_sum(n", 0.88, None, 0.88),
            TokenChoice("):\n    ", 0.91, None, 0.91),
        ),
    ),
)

LINE_2_SAMPLED: tuple[Event, ...] = (
    StageEntered(Stage.CANDIDATES),
    CandidatesGrown(("return sum", "total = ", "return sum(int(d) for")),
    Progressed(Stage.CANDIDATES, 34, 0, 62.0, TokenCounts(prompt=240, candidate=34, decoded=11)),
    CandidatesSampled(
        2,
        2,
        (
            Candidate(0, "return sum(n)\n", 5, True),
            Candidate(
                1, "total = 0\n    while n > 0:\n        total += n % 10\n        n //= 10\n", 24, False
            ),
            Candidate(2, "return sum(int(d) for d in str(n))\n", 13, True),
        ),
    ),
)

LINE_2_EXECUTED: tuple[Event, ...] = (
    StageEntered(Stage.RUNS),
    CandidatesExecuted(
        2,
        2,
        (
            CandidateRun(
                (0,),
                "def digit_sum(n):\n    return sum(n)",
                rows(*3 * [(Verdict.ERROR, "TypeError: 'int' object is not iterable (line 2)")]),
            ),
            CandidateRun(
                (1,),
                HEADER + COUNTING_DOWN.rstrip(),
                NO_ANSWERS,
            ),
            CandidateRun(
                (2,),
                "def digit_sum(n):\n    return sum((int(d) for d in str(n)))",
                rows(
                    PASS,
                    PASS,
                    (Verdict.ERROR, "ValueError: invalid literal for int() with base 10: '-' (line 2)"),
                ),
            ),
        ),
    ),
    CodeExecuted(
        "def digit_sum(n):\n    return sum(int(d) for d in str(n))\n",
        rows(PASS, PASS, (Verdict.ERROR, "ValueError: invalid literal for int() with base 10: '-' (line 2)")),
        False,
    ),
    StageEntered(Stage.SIGNAL),
    SignalBuilt(
        2,
        2,
        "digit_sum(-12) should be 3\n"
        "  return sum(int(d) for d in str(n))\n"
        "    n = -12\n"
        "    raised ValueError: invalid literal for int() with base 10: '-'\n"
        "digit_sum(0) should be 0\n"
        "  return sum(n)\n"
        "    raised TypeError: 'int' object is not iterable\n",
        64,
        dropped="1 trace",
    ),
)

LINE_2_CHOSEN: tuple[Event, ...] = (
    StageEntered(Stage.LINE),
    LineGrown(2, 2, "total ="),
    LineChosen(
        2,
        2,
        LINE_2,
        HEADER + LINE_2,
        1.0,
        (
            TokenChoice("total", 0.31, 0.62, 0.62, instead="return"),
            TokenChoice(" =", 0.99, 0.99, 0.99),
            TokenChoice(" ", 0.97, 0.98, 0.98),
            TokenChoice("0", 0.96, 0.97, 0.97),
            TokenChoice("\n    ", 0.93, 0.95, 0.95),
        ),
    ),
)

LINE_3_SAMPLED: tuple[Event, ...] = (
    StageEntered(Stage.CANDIDATES),
    CandidatesGrown(("for d in", "for digit in str(abs", "for d in")),
    Progressed(Stage.CANDIDATES, 51, 0, 58.0, TokenCounts(240, 85, 310, 0, 17, 120)),
    CandidatesSampled(
        3,
        3,
        (
            Candidate(0, WINNER, 21, True),
            Candidate(1, UNFINISHED, 17, False),
            Candidate(2, WINNER, 21, True),
        ),
    ),
)

LINE_3_EXECUTED: tuple[Event, ...] = (
    StageEntered(Stage.RUNS),
    CandidatesExecuted(
        3,
        3,
        (
            CandidateRun((0, 2), SOLUTION, rows(PASS, PASS, PASS)),
            CandidateRun(
                (1,),
                HEADER + LINE_2 + UNFINISHED.rstrip(),
                NO_ANSWERS,
                cached=True,
            ),
        ),
    ),
)

COUNTS = TokenCounts(prompt=240, candidate=85, signal=310, decoded=17, reused=120)

END: tuple[Event, ...] = (
    CodeExecuted(SOLUTION, rows(PASS, PASS, PASS), True),
    TrialFinished(1, Outcome.PASSED, SOLUTION, 7.5, COUNTS, "egcfg", "ns3t0.75d5k1_ln", 1.0, 5),
    StageEntered(Stage.SCORING),
    SolveFinished(
        exercise_id=EXERCISE.id,
        solved=True,
        hidden_passed=True,
        solution=SOLUTION,
        reason=Outcome.PASSED,
        method="egcfg",
        model="tiny-coder",
        seed=0,
        wall_s=7.5,
        tokens=COUNTS,
        runs=5,
        trials=1,
        tests=(
            *(ScoredTest(text, False, row(test)) for test, text in enumerate(TESTS)),
            ScoredTest("assert digit_sum(999_999) == 54", True, TestResult("", Verdict.PASSED)),
            ScoredTest("assert digit_sum(-7) == 7", True, TestResult("", Verdict.PASSED)),
        ),
        solved_by=1,
        trial_list=(TrialCost(1, "egcfg", "ns3t0.75d5k1_ln", 1.0, Outcome.PASSED, 7.5, COUNTS, 5),),
    ),
)

SOLVE: tuple[Event, ...] = (
    *BEGIN,
    *LINE_2_SAMPLED,
    *LINE_2_EXECUTED,
    *LINE_2_CHOSEN,
    *LINE_3_SAMPLED,
    *LINE_3_EXECUTED,
    *END,
)
"""A whole solve."""
