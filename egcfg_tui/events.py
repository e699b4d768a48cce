"""The events of a solve: frozen facts in the past tense that know no screen, disk or clock.

The solver yields them, the recorder adds times and stores them, the front ends show them. Events of a
`transient` class only animate a screen and are never recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import ClassVar

from egcfg_sandbox import TestResult
from egcfg_tui.prompting.signal_parts import SignalPart


class Stage(StrEnum):
    """What the solver is busy with."""

    LOADING = "loading"
    PROMPT = "prompt"
    THOUGHT = "thought"
    CANDIDATES = "candidates"
    RUNS = "runs"
    SIGNAL = "signal"
    LINE = "line"
    SCORING = "scoring"
    DONE = "done"


class Outcome(StrEnum):
    """How a trial or a solve ended."""

    PASSED = "passed"
    """An answer passes the visible tests."""
    FAILED = "failed"
    """No answer passes the visible tests, and nothing is left to try."""
    NOT_JUDGED = "not_judged"
    """There is an answer, and no visible test to judge it."""
    STOPPED = "stopped"
    """The user ended it."""
    BUDGET = "budget"
    """The budget is used up."""
    LENGTH = "length"
    """The answer did not fit into the context."""
    THOUGHT = "thought"
    """The model spent its whole thinking budget without giving an answer."""


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    transient: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens so far, by purpose (`solve --format json` prints these).

    `prompt` and `signal` tokens were prefilled. `candidate` tokens were sampled, for candidates or for the
    answers of method `sample`. `decoded` tokens were generated one at a time. Draft tokens were `verified`
    (accepted) or `rejected`. `reused` tokens came from a cache and cost nothing. `thought` tokens belong to a
    thought before the answer, or to text that looked like the beginning of one.
    """

    prompt: int = 0
    candidate: int = 0
    signal: int = 0
    verified: int = 0
    decoded: int = 0
    reused: int = 0
    rejected: int = 0
    thought: int = 0

    @property
    def evaluated(self) -> int:
        """All tokens that cost model time."""
        everything: int = sum(getattr(self, field.name) for field in fields(self))
        return everything - self.reused

    def __sub__(self, earlier: TokenCounts) -> TokenCounts:
        """The tokens counted since `earlier`."""
        return TokenCounts(*(getattr(self, f.name) - getattr(earlier, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class StageSeconds:
    """Seconds that a solve spent in each stage, by the clock of its budget."""

    prompt: float = 0.0
    candidates: float = 0.0
    signal: float = 0.0
    line: float = 0.0
    runs: float = 0.0
    scoring: float = 0.0
    thought: float = 0.0


@dataclass(frozen=True, slots=True)
class EngineLoaded(Event):
    """The model is in memory. `backend` says where it computes (`cpu`, `cuda`, `metal`, `gpu`)."""

    model: str
    description: str
    backend: str
    context_tokens: int
    load_s: float


@dataclass(frozen=True, slots=True)
class SolveStarted(Event):
    """A solve began. `settings` is the setting string, e.g. `ns3t0.75d5k1_ln`.

    `grid` is the number of settings that the guided trials go through; the first trial has `settings` and
    `gamma`. `budget_s` is infinite when only `budget_tokens` bounds the solve.
    """

    exercise_id: str
    title: str
    statement: str
    visible_tests: tuple[str, ...]
    hidden_tests: int
    starter: str
    method: str
    model: str
    seed: int
    budget_s: float
    settings: str
    gamma: float
    grid: int = 1
    budget_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class SettingsLeftOut(Event):
    """Some settings of the guided trials were left out because they do not fit into the context.

    `settings` is how many were left out and `of` how many there were. A context of `needed_tokens` has room
    for all of them.
    """

    settings: int
    of: int
    context_tokens: int
    needed_tokens: int


@dataclass(frozen=True, slots=True)
class StageEntered(Event):
    """The solver turned to another stage."""

    stage: Stage


@dataclass(frozen=True, slots=True)
class ThoughtSkipped(Event):
    """The model wrote a thought of `tokens` tokens before its answer; the answer continues after the thought.

    `ended` is False when the thought used up its budget without ending; then there is no answer.
    """

    text: str
    tokens: int
    ended: bool


@dataclass(frozen=True, slots=True)
class Progressed(Event):
    """Tokens were evaluated: `done` of `total` in this stage (`total` 0: unknown). `rate` in tokens/s."""

    transient: ClassVar[bool] = True
    stage: Stage
    done: int
    total: int
    rate: float
    tokens: TokenCounts


@dataclass(frozen=True, slots=True)
class TrialStarted(Event):
    """A trial began: a greedy answer, a round of samples, or a pass of the line loop with one setting.

    `index` counts from 1. `method` is the method of this trial (greedy, sample, egcfg). `attempts` is the
    number of failed answers of earlier trials that it starts from.
    """

    index: int
    method: str
    settings: str
    gamma: float
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class CandidatesGrown(Event):
    """The texts so far of the candidates that are being sampled."""

    transient: ClassVar[bool] = True
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sampled continuation. `complete`: the model ended the answer in this continuation."""

    index: int
    text: str
    tokens: int
    complete: bool


@dataclass(frozen=True, slots=True)
class CandidatesSampled(Event):
    """The candidates of one refresh. `line` is the number of the line about to be chosen, from 1.

    Here and below `row` is the row of the code on which that line begins, from 1. People are shown rows.
    """

    line: int
    row: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """One distinct executable prefix, the indices of its candidates, and its result per visible test.

    `source` is None when no part of the candidate could be executed. `cached`: the results are those of an
    earlier run of the same program.
    """

    candidates: tuple[int, ...]
    source: str | None
    results: tuple[TestResult, ...]
    cached: bool = False


@dataclass(frozen=True, slots=True)
class CandidatesExecuted(Event):
    """The executable prefixes were run against the visible tests."""

    line: int
    row: int
    runs: tuple[CandidateRun, ...]


@dataclass(frozen=True, slots=True)
class AttemptOrigin:
    """The run that an attempt of a signal comes from.

    `run` is its index among the runs for `line` in this trial. With `line` 0 it is the index among all whole
    answers that ran so far, in all trials.
    """

    line: int
    run: int


@dataclass(frozen=True, slots=True)
class SignalBuilt(Event):
    """The traces became the signal, a text for the conditional prompt.

    `dropped` says what the token budget left out; empty when nothing was. `parts` say where its words come
    from; they refer to an attempt by its index in `origins`.
    """

    line: int
    row: int
    text: str
    tokens: int
    dropped: str = ""
    parts: tuple[SignalPart, ...] = ()
    origins: tuple[AttemptOrigin, ...] = ()


@dataclass(frozen=True, slots=True)
class LineGrown(Event):
    """The text so far of the line that is being chosen."""

    transient: ClassVar[bool] = True
    line: int
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """One token of a chosen line, with its probability in each branch and after guidance.

    `conditional` is None when the token was chosen without guidance. `verified`: the token was accepted from
    a draft. `instead` is the token that the unconditional branch alone would have chosen, None if it is the
    same.
    """

    text: str
    unconditional: float
    conditional: float | None
    guided: float
    verified: bool = False
    instead: str | None = None


class Author(StrEnum):
    """Who chose a line."""

    MODEL = "model"
    """The model, with or without guidance."""
    CANDIDATE = "candidate"
    """The user took the line from a candidate."""
    USER = "user"
    """The user wrote the line."""


@dataclass(frozen=True, slots=True)
class LineChosen(Event):
    """A line was chosen. `code` is the whole code with this line, `gamma` the guidance weight used.

    A line without text ends the answer; its `row` is the one after the last row of the code.
    """

    line: int
    row: int
    text: str
    code: str
    gamma: float
    tokens: tuple[TokenChoice, ...]
    author: Author = Author.MODEL


@dataclass(frozen=True, slots=True)
class CodeExecuted(Event):
    """A complete answer was run against the visible tests.

    `executed` is the text that ran: `source` without comments and docstrings; empty if unknown. Traces and
    errors count its lines.
    """

    source: str
    results: tuple[TestResult, ...]
    passed: bool
    executed: str = ""


@dataclass(frozen=True, slots=True)
class TrialFinished(Event):
    """A trial ended. `wall_s`, `tokens` and `runs` are its cost; `code` is the best answer so far."""

    index: int
    outcome: Outcome
    code: str
    wall_s: float
    tokens: TokenCounts
    method: str = ""
    settings: str = ""
    gamma: float = 0.0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class TrialCost:
    """One trial in the result of a solve, with the fields of `TrialFinished`."""

    index: int
    method: str
    settings: str
    gamma: float
    outcome: Outcome
    wall_s: float
    tokens: TokenCounts
    runs: int


@dataclass(frozen=True, slots=True)
class ScoredTest:
    """A test of the final solution. The text of a hidden test is shown only here.

    `result` is None when the budget or a stop ended the scoring before this test had finished.
    """

    test: str
    hidden: bool
    result: TestResult | None

    @property
    def passed(self) -> bool:
        """Whether the test has finished and passed."""
        return self.result is not None and self.result.passed


@dataclass(frozen=True, slots=True)
class SolveFinished(Event):
    """The end of a solve. `solved`: the solution passes all visible and all hidden tests.

    `hidden_passed` is None when there are no hidden tests, and when none failed but not all have finished.
    `solved_by` is the index of the trial whose answer passed the visible tests. `wall_s` and `stages` are
    measured by the clock of the budget. `tests` is empty when the solve was stopped during a trial.
    """

    exercise_id: str
    solved: bool
    hidden_passed: bool | None
    solution: str
    reason: Outcome
    method: str
    model: str
    seed: int
    wall_s: float
    tokens: TokenCounts
    runs: int
    trials: int
    tests: tuple[ScoredTest, ...]
    solved_by: int | None = None
    trial_list: tuple[TrialCost, ...] = ()
    stages: StageSeconds = field(default_factory=StageSeconds)

    @property
    def not_run(self) -> int:
        """How many tests had not finished when the scoring ended."""
        return sum(test.result is None for test in self.tests)


class FailureKind(StrEnum):
    """Why a solve could not be carried out; front ends map these to exit codes."""

    MODEL = "model"
    """The model is missing, broken, too large, or its process died."""
    EXERCISE = "exercise"
    """The exercise needs something that is not installed."""
    CONTEXT = "context"
    """The prompt does not fit the context."""
    SANDBOX = "sandbox"
    """The sandbox refused to run programs on this machine, or broke."""


@dataclass(frozen=True, slots=True)
class SolveFailed(Event):
    """The solve could not be carried out. `message` says what happened and the next step to take."""

    kind: FailureKind
    message: str


@dataclass(frozen=True, slots=True)
class SolvePaused(Event):
    """The solve waits at a boundary until resumed."""


@dataclass(frozen=True, slots=True)
class SolveResumed(Event):
    """The solve goes on."""


@dataclass(frozen=True, slots=True)
class GammaChanged(Event):
    """The user changed the guidance weight; it holds from the next line on."""

    gamma: float


@dataclass(frozen=True, slots=True)
class LinesRewound(Event):
    """The user took back `line` and all lines after it; `line` is chosen again. `code` is what is left."""

    line: int
    row: int
    code: str


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """The user changed settings for later lines, or the budget. `values` are names with their new values."""

    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LinesRestored(Event):
    """The user undid the last `LinesRewound` and all later lines; `code` is the code before it."""

    line: int
    row: int
    code: str
