"""Progress of a solve: what the solver is busy with, and the tokens and seconds spent so far."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar

from egcfg_tui.events.base import Event


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


@dataclass(frozen=True, slots=True)
class StageEntered(Event):
    """The solver turned to another stage."""

    stage: Stage


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
class Progressed(Event):
    """Tokens were evaluated: `done` of `total` in this stage (`total` 0: unknown). `rate` in tokens/s."""

    transient: ClassVar[bool] = True
    stage: Stage
    done: int
    total: int
    rate: float
    tokens: TokenCounts
