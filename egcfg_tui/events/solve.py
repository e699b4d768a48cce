"""Events of a whole solve: its start, and its end with the scored tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from egcfg_sandbox import TestResult
from egcfg_tui.events.base import Event
from egcfg_tui.events.progress import StageSeconds, TokenCounts
from egcfg_tui.events.trial import Outcome, TrialCost


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
class SandboxRestarted(Event):
    """The sandbox's process died (killed, or out of memory) and was started again; its tests ran again.

    `times` counts the restarts of this solve.
    """

    times: int


@dataclass(frozen=True, slots=True)
class ThoughtSkipped(Event):
    """The model wrote a thought of `tokens` tokens before its answer; the answer continues after the thought.

    `ended` is False when the thought used up its budget without ending; then there is no answer.
    """

    text: str
    tokens: int
    ended: bool


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
