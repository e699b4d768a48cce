"""What the screen shows: one frozen value, free of widgets and clocks."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from egcfg_sandbox import TestResult, Verdict, why_inside
from egcfg_tui.events import (
    AttemptOrigin,
    Author,
    Candidate,
    CandidateRun,
    Outcome,
    SolveFailed,
    SolveFinished,
    Stage,
    TokenChoice,
    TokenCounts,
)
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.prompting.signal_parts import SignalPart
from egcfg_tui.solving.methods import Method, method_named


class Phase(StrEnum):
    """Where a solve stands, for the keys that make sense and the colours of the screen."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSED = "paused"
    SOLVED = "solved"
    UNSOLVED = "unsolved"
    FAILED = "failed"

    @property
    def active(self) -> bool:
        """Whether a solve is in flight."""
        return self in (Phase.RUNNING, Phase.PAUSED)


class EngineState(StrEnum):
    """Whether a solve can start."""

    ABSENT = "absent"
    LOADING = "loading"
    READY = "ready"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class TestRow:
    """One test as shown; `verdict` None: not run yet. `got` and `expected` as in `TestResult`."""

    __test__ = False  # keeps pytest from collecting the class

    text: str
    verdict: Verdict | None = None
    error: str | None = None
    hidden: bool = False
    guarded: bool = True
    got: str | None = None
    expected: str | None = None
    output: str = ""


@dataclass(frozen=True, slots=True)
class Signal:
    """The signal of one refresh, the row of the line it was built for, and what its words were made of."""

    row: int
    text: str
    tokens: int
    dropped: str = ""
    parts: tuple[SignalPart, ...] = ()
    origins: tuple[AttemptOrigin, ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    """One line: everything that led to it. `rows` is its (first, last) row in the code, None until chosen.

    `number` is the solver's own count; people are shown `row`, the row of the code where the line begins,
    which starter code and answers of several rows set apart. `growing` holds candidate texts still being
    sampled, `text` the line itself, also while it grows. A token may hold a line's end together with the
    next line's indent: `lead` is what of the line stands in the code already, in front of `text` and of
    every candidate.
    """

    number: int
    row: int = 1
    lead: str = ""
    text: str = ""
    rows: tuple[int, int] | None = None
    growing: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    runs: tuple[CandidateRun, ...] | None = None
    signal: Signal | None = None
    gamma: float | None = None
    tokens: tuple[TokenChoice, ...] = ()
    author: Author = Author.MODEL

    @property
    def chosen(self) -> bool:
        """Whether the line was decided."""
        return self.rows is not None

    @property
    def changed_by_guidance(self) -> bool:
        """Whether guidance chose another token than the unconditional branch would have."""
        return any(token.instead is not None for token in self.tokens)


@dataclass(frozen=True, slots=True)
class AnswerView:
    """A whole answer of a trial and how it fared. `number` counts the answers of the trial from 1.

    `executed` is the text that ran, empty where it is not known. `change` says what was changed in another
    answer to make it; empty for an answer of the model.
    """

    number: int
    code: str
    tests: tuple[TestRow, ...]
    results: tuple[TestResult, ...] = ()
    executed: str = ""
    change: str = ""

    @property
    def passed(self) -> int:
        """How many tests it passed."""
        return _passed(self.tests)


@dataclass(frozen=True, slots=True)
class TrialView:
    """One trial with all that happened in it; `outcome` None while it goes on.

    `lines` are its chosen lines, `current` the one in work, `answers` the whole answers that ran. `tests` are
    the results of the best that it has run so far, which `tests_of` names. It starts from `attempts` failed
    answers of earlier trials. `wall_s`, `tokens` and `runs` are what it cost, once it is over.
    `before` are its states before each change of its code by the user that is not undone.
    """

    index: int
    method: str
    settings: str = ""
    gamma: float = 1.0
    attempts: int = 0
    outcome: Outcome | None = None
    wall_s: float = 0.0
    tokens: int = 0
    runs: int = 0
    code: str = ""
    lines: tuple[LineView, ...] = ()
    current: LineView | None = None
    answers: tuple[AnswerView, ...] = ()
    tests: tuple[TestRow, ...] = ()
    tests_of: str = ""
    before: tuple[TrialView, ...] = ()

    @property
    def way(self) -> Method:
        """Its method."""
        return method_named(self.method)

    @property
    def every_line(self) -> tuple[LineView, ...]:
        """The chosen lines and the one in work."""
        return self.lines if self.current is None else (*self.lines, self.current)

    @property
    def best_answer(self) -> AnswerView | None:
        """The first answer that passed most tests."""
        return max(self.answers, key=lambda answer: answer.passed, default=None)

    @property
    def passed(self) -> int:
        """Most tests that anything of it has passed."""
        return max(_passed(self.tests), self.best_answer.passed if self.best_answer else 0)

    def name_of(self, answer: AnswerView) -> str:
        """`sample 3`: the name of a whole answer."""
        return f"{self.way.whole} {answer.number}"

    def line(self, number: int | None) -> LineView | None:
        """The line with this number."""
        return next((line for line in self.every_line if line.number == number), None)

    def signal_of(self, line: LineView) -> Signal | None:
        """The signal that steered `line`: its own, or with a longer refresh the latest one before it."""
        if line.signal is not None:
            return line.signal
        earlier = (other.signal for other in reversed(self.lines) if other.number < line.number)
        return next((signal for signal in earlier if signal is not None), None)


@dataclass(frozen=True, slots=True)
class EngineView:
    """The model in memory, or why it is not."""

    state: EngineState = EngineState.ABSENT
    model: str = ""
    description: str = ""
    backend: str = ""
    message: str = ""
    since_s: float = 0.0
    load_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Tokens of the stage in work: `done` of `total` (0: unknown), `rate` in tokens/s."""

    done: int = 0
    total: int = 0
    rate: float = 0.0


NO_ENGINE: Final = EngineView()
NO_PROGRESS: Final = Progress()
NO_TOKENS: Final = TokenCounts()


@dataclass(frozen=True, slots=True)
class SolveView:
    """One solve: the task, the engine, how far it is, and every trial with its whole story.

    `tests` are the visible tests of the exercise, `scored` all tests with the results of the solution.
    `settings` and `gamma` are those of the trial in work. Times are seconds on whatever clock stamps the
    events. `warning` is what the user should know before the solve goes on.
    """

    exercise_id: str = ""
    title: str = ""
    statement: str = ""
    starter: str = ""
    tests: tuple[TestRow, ...] = ()
    hidden_tests: int = 0

    method: str = ""
    model: str = ""
    seed: int = 0
    budget_s: float = 0.0
    settings: str = ""
    gamma: float = 1.0
    warning: str = ""

    engine: EngineView = NO_ENGINE
    phase: Phase = Phase.IDLE
    stage: Stage | None = None
    progress: Progress = NO_PROGRESS
    tokens: TokenCounts = NO_TOKENS
    trials: tuple[TrialView, ...] = ()

    started_s: float | None = None
    ended_s: float | None = None
    paused_s: float | None = None
    pauses_s: float = 0.0
    scored: tuple[TestRow, ...] = ()
    result: SolveFinished | None = None
    failure: SolveFailed | None = None

    def elapsed(self, now_s: float) -> float:
        """Seconds of work since the solve began, pauses taken out."""
        if self.started_s is None:
            return 0.0
        end = self.ended_s if self.ended_s is not None else now_s
        pause = end - self.paused_s if self.paused_s is not None else 0.0
        return max(0.0, end - self.started_s - self.pauses_s - pause)

    @property
    def trial(self) -> TrialView | None:
        """The trial in work, or the last one."""
        return self.trials[-1] if self.trials else None

    @property
    def way(self) -> Method:
        """The method of the trial in work; before the first trial, the method which that will have."""
        if self.trial is not None:
            return self.trial.way
        return method_named(method_named(self.method).starts_with)

    @property
    def answer_trial(self) -> TrialView | None:
        """The trial that the solution came from, once there is a solution."""
        if self.result is None or not self.trials:
            return None
        solution = self.result.solution
        for trial in self.trials:
            if trial.index == self.result.solved_by:
                return trial
        came_from = (t for t in self.trials if any(answer.code == solution for answer in t.answers))
        return next(came_from, self.trials[-1])


def idle(exercise: Exercise, engine: EngineView = NO_ENGINE) -> SolveView:
    """The screen of an exercise that nobody has started yet."""
    return SolveView(
        exercise_id=exercise.id,
        title=exercise.title,
        statement=exercise.task,
        starter=exercise.starter,
        tests=tuple(TestRow(test.text, guarded=why_inside(test) is None) for test in exercise.visible),
        hidden_tests=len(exercise.hidden),
        engine=engine,
    )


def _passed(tests: tuple[TestRow, ...]) -> int:
    return sum(row.verdict is Verdict.PASSED for row in tests)
