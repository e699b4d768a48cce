"""Everything a solve tells the outside: past-tense facts, frozen, free of screens, disks and clocks.

The solver yields them, the recorder stamps and stores them, the front ends show them. Events whose class
says `transient` only animate a screen: they are never recorded.
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
    """No answer does, and nothing is left to try."""
    STOPPED = "stopped"
    """The user ended it."""
    BUDGET = "budget"
    """The budget is used up."""
    LENGTH = "length"
    """The answer outgrew the context."""
    THOUGHT = "thought"
    """The model thought to the end of its allowance, and no answer came."""


@dataclass(frozen=True, slots=True)
class Event:
    """Base of all events."""

    transient: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class TokenCounts:
    """Tokens so far, by purpose (`solve --format json` prints these).

    `prompt` and `signal` were prefilled, `candidate` sampled for candidates or plain samples, `decoded`
    generated one at a time. Drafts of lines were `verified` (accepted) or `rejected`. `reused` tokens came
    from a cache and cost nothing. `thought` tokens are of a thought that the model opened in front of its
    answer, or of what looked like the beginning of one.
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
        """What was counted since `earlier`."""
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
    """The model is in memory. `backend` says where it computes (`cpu`, `cuda`, `metal`)."""

    model: str
    description: str
    backend: str
    context_tokens: int
    load_s: float


@dataclass(frozen=True, slots=True)
class SolveStarted(Event):
    """A solve began. `settings` is the setting string, e.g. `ns3t0.75d5k1_ln`.

    `grid` is how many settings the guided trials go through, the first of them with `settings` and `gamma`.
    `budget_s` is infinite where only `budget_tokens` bounds the solve.
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
    """Of the `of` settings of the guided trials, `settings` do not fit into the context and are left out.

    `needed_tokens` is a context that has room for all.
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
    """The model thought in front of its answer, in so many tokens; what follows goes on behind the thought.

    `ended` False: the thought came to no end within its budget, so there is no answer.
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

    `index` counts from 1, `method` is the trial's own (greedy, sample, egcfg). `attempts`: how many failed
    answers of earlier trials it starts from.
    """

    index: int
    method: str
    settings: str
    gamma: float
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class CandidatesGrown(Event):
    """The texts of the candidates being sampled, so far."""

    transient: ClassVar[bool] = True
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One sampled continuation. `complete`: the model ended the answer within it."""

    index: int
    text: str
    tokens: int
    complete: bool


@dataclass(frozen=True, slots=True)
class CandidatesSampled(Event):
    """The candidates of one refresh. `line` is the number of the line about to be chosen, from 1.

    Here and below `row` is the row of the code on which that line begins, from 1: what people are shown.
    """

    line: int
    row: int
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class CandidateRun:
    """One distinct executable prefix, the candidates it stands for, and its row per visible test.

    `source` is None when nothing of the candidate could be executed. `cached`: it ran before.
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
    """The run that an attempt of a signal is: number `run`, from 0, of the runs of `line` in this trial.

    With `line` 0 it is number `run` of the whole answers that ran so far, in all trials.
    """

    line: int
    run: int


@dataclass(frozen=True, slots=True)
class SignalBuilt(Event):
    """The traces became text for the conditional prompt. `dropped`: what the token budget left out.

    `parts` tell which words were made of what; they count the attempts in `origins`.
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
    """The text of the line being chosen, so far."""

    transient: ClassVar[bool] = True
    line: int
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """One token of a chosen line with its probability in the unconditional and the conditional branch and
    after guidance. `conditional` is None where no guidance took place. `verified`: accepted from a draft.
    `instead` is the token the unconditional branch alone would have chosen, None where it agrees.
    """

    text: str
    unconditional: float
    conditional: float | None
    guided: float
    verified: bool = False
    instead: str | None = None


@dataclass(frozen=True, slots=True)
class LineChosen(Event):
    """A line was decided. `code` is the whole code after it, `gamma` the guidance weight used.

    A line without text ends the answer; its `row` is the one behind the code.
    """

    line: int
    row: int
    text: str
    code: str
    gamma: float
    tokens: tuple[TokenChoice, ...]


@dataclass(frozen=True, slots=True)
class CodeExecuted(Event):
    """A complete answer was run against the visible tests.

    `executed` is the text that ran, whose lines traces and errors count: `source` without comments and
    docstrings. Empty where it is not known.
    """

    source: str
    results: tuple[TestResult, ...]
    passed: bool
    executed: str = ""


@dataclass(frozen=True, slots=True)
class TrialFinished(Event):
    """A trial ended. `wall_s`, `tokens` and `runs` are what it cost; `code` is the best answer so far."""

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
    """A trial in the result: what it was, how it ended and what it cost, as in `TrialFinished`."""

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
    """A test of the final solution. A hidden test's text is shown only here.

    `result` is None for a test that was not run to its end before the budget or a stop ended the scoring.
    """

    test: str
    hidden: bool
    result: TestResult | None

    @property
    def passed(self) -> bool:
        """Whether it was run and passed."""
        return self.result is not None and self.result.passed


@dataclass(frozen=True, slots=True)
class SolveFinished(Event):
    """The end of a solve. `solved`: the solution passes all visible and all hidden tests.

    `hidden_passed` is None when there are no hidden tests, and when none failed but not all were run.
    `solved_by` is the index of the trial whose answer passed the visible tests. `wall_s` and `stages` are by
    the clock of the budget. `tests` is empty where the solve was stopped within a trial.
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
        """How many tests the scoring did not come to the end of."""
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
    """The user changed the guidance weight for the lines to come."""

    gamma: float


@dataclass(frozen=True, slots=True)
class LinesRewound(Event):
    """The user took back all lines from `line` on, which is chosen anew. `code` is what is left."""

    line: int
    row: int
    code: str
