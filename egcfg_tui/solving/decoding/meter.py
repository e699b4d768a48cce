"""Evaluates pending tokens, and handles stops, pauses, progress and a full cache meanwhile.

Every native decode of a solve goes through this module.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import Final

from egcfg_tui.engine.api import Engine, Inference
from egcfg_tui.events import (
    Event,
    Outcome,
    Progressed,
    Stage,
    StageEntered,
    StageSeconds,
    TokenCounts,
)
from egcfg_tui.solving.commands import CommandInbox, Interrupted

_PROGRESS_INTERVAL_S: Final = 0.1


class Purpose(StrEnum):
    """The purposes of tokens: the fields of `TokenCounts`."""

    PROMPT = "prompt"
    THOUGHT = "thought"
    CANDIDATE = "candidate"
    SIGNAL = "signal"
    VERIFIED = "verified"
    DECODED = "decoded"
    REJECTED = "rejected"
    REUSED = "reused"


class ContextFull(Exception):
    """The cache has no room for the pending tokens."""


class Meter:
    """Evaluates tokens, and counts tokens and seconds by stage. One per solve, by the clock of the inbox."""

    def __init__(self, engine: Engine, inbox: CommandInbox) -> None:
        self._engine = engine
        self._inbox = inbox
        self._last_progress_s = -1.0
        self._stage_started: tuple[Stage, float, int] = (Stage.PROMPT, 0.0, 0)
        self.tokens = TokenCounts()
        self._stage = Stage.PROMPT
        self._booked_s = inbox.elapsed_s
        self._seconds: dict[str, float] = {}

    def count(self, purpose: Purpose, tokens: int) -> None:
        """Adds tokens of one purpose."""
        self.tokens = replace(self.tokens, **{purpose.value: getattr(self.tokens, purpose.value) + tokens})
        self._inbox.tokens = self.tokens.evaluated

    def enter(self, stage: Stage) -> Event:
        """Enters a new stage and returns its event; the rate is measured from here."""
        self._turn_to(stage)
        self._stage_started = (stage, self._inbox.elapsed_s, self.tokens.evaluated)
        return StageEntered(stage)

    @property
    def stages(self) -> StageSeconds:
        """The seconds spent in each stage so far."""
        self._turn_to(self._stage)
        return StageSeconds(**self._seconds)

    @contextmanager
    def within(self, stage: Stage) -> Iterator[None]:
        """Counts the seconds of the `with` block for another stage, without an event since it is short."""
        outer = self._stage
        self._turn_to(stage)
        try:
            yield
        finally:
            self._turn_to(outer)

    def evaluate(self, purpose: Purpose, tokens: int) -> Iterator[Event]:
        """Calls `infer` until nothing is pending, then counts `tokens` under `purpose`.

        Raises `Interrupted` on a stop or a spent budget, `ContextFull` when the cache has no room.
        """
        started, total = self._inbox.elapsed_s, self._engine.pending_tokens
        while True:
            yield from self._inbox.checkpoint()
            outcome = self._engine.infer()
            if outcome is Inference.DONE:
                break
            if outcome is Inference.NO_SLOT:
                raise ContextFull
            if outcome is Inference.ABORTED:
                raise Interrupted(Outcome.STOPPED)
            yield self._progressed(total - self._engine.pending_tokens, total, started)
        self.count(purpose, tokens)
        if self._inbox.elapsed_s - self._last_progress_s >= _PROGRESS_INTERVAL_S:
            _, since, before = self._stage_started
            yield self._progressed(self.tokens.evaluated - before, 0, since)

    def evaluate_pending(self) -> Iterator[Event]:
        """Calls `infer` if tokens are pending; they were counted when they were chosen."""
        if self._engine.pending_tokens:
            yield from self.evaluate(Purpose.DECODED, 0)

    def _turn_to(self, stage: Stage) -> None:
        """Adds the seconds since the last call to the stage that ends here."""
        now = self._inbox.elapsed_s
        self._seconds[self._stage] = self._seconds.get(self._stage, 0.0) + now - self._booked_s
        self._stage, self._booked_s = stage, now

    def _progressed(self, done: int, total: int, since: float) -> Event:
        now = self._last_progress_s = self._inbox.elapsed_s
        return Progressed(self._stage_started[0], done, total, done / max(now - since, 1e-3), self.tokens)
