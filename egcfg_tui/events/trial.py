"""Events of one trial: its start, the answers that were run, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from egcfg_sandbox import TestResult
from egcfg_tui.events.base import Event
from egcfg_tui.events.progress import TokenCounts


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
class TrialStarted(Event):
    """A trial began: a greedy answer, a round of samples or mutants, or a pass of the line loop.

    `index` counts from 1. `method` is the method of this trial (greedy, sample, mutate, egcfg). `attempts` is
    the number of failed answers of earlier trials that it starts from.
    """

    index: int
    method: str
    settings: str
    gamma: float
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class CodeExecuted(Event):
    """A complete answer was run against the visible tests.

    `executed` is the text that ran: `source` without comments and docstrings; empty if unknown. Traces and
    errors count its lines. `mutant_of` is the program that it was made of without the model, if it was.
    """

    source: str
    results: tuple[TestResult, ...]
    passed: bool
    executed: str = ""
    mutant_of: str = ""


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
