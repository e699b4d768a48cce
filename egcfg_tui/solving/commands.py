"""The commands that a front end can send to a solve in flight, and the inbox that receives them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from egcfg_tui.events import Event, GammaChanged, Outcome, SolvePaused, SolveResumed

_PAUSE_POLL_S: Final = 0.05


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause at the next token."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on after a pause."""


@dataclass(frozen=True, slots=True)
class StepLine:
    """Go on up to the next chosen line, then pause again."""


@dataclass(frozen=True, slots=True)
class SetGamma:
    """Change the guidance weight; it holds from the next line on."""

    gamma: float


@dataclass(frozen=True, slots=True)
class Rewind:
    """Take back this line (numbered from 1) and all lines after it, and choose it again."""

    line: int


Command = Pause | Resume | StepLine | SetGamma | Rewind


class Interrupted(Exception):
    """Ends a solve early. `reason` is `STOPPED` or `BUDGET`, or another one in a subclass."""

    def __init__(self, reason: Outcome) -> None:
        super().__init__(reason)
        self.reason = reason


class Rewound(Exception):
    """Takes a trial back to the start of an earlier line."""

    def __init__(self, line: int) -> None:
        super().__init__(f"back to line {line}")
        self.line = line


class CommandInbox:
    """Receives commands between tokens and keeps the clock of the budget.

    `wait(seconds)` returns the next command, or None when none has come (0: do not wait). Paused time does
    not count against the budget. `clock` gives seconds. The meter keeps `tokens`, the number of evaluated
    tokens, up to date; with `budget_tokens` None they have no limit.
    """

    def __init__(
        self,
        *,
        budget_s: float,
        clock: Callable[[], float],
        wait: Callable[[float], Any | None] = lambda _seconds: None,
        stop_requested: Callable[[], bool] = lambda: False,
        budget_tokens: int | None = None,
    ) -> None:
        self._clock = clock
        self._wait = wait
        self.stop_requested = stop_requested
        self._start = clock()
        self._paused_s = 0.0
        self._budget_s = budget_s
        self._budget_tokens = budget_tokens
        self.tokens = 0
        self._paused = False
        self._stepping = False
        self._requested_gamma: float | None = None
        self._requested_line: int | None = None
        self._rewindable = False

    @property
    def elapsed_s(self) -> float:
        """Seconds since the start, without pauses."""
        return self._clock() - self._start - self._paused_s

    @property
    def left_s(self) -> float:
        """Seconds of the budget that are left; 0 once its tokens are used up."""
        out_of_tokens = self._budget_tokens is not None and self.tokens >= self._budget_tokens
        return 0.0 if out_of_tokens else max(0.0, self._budget_s - self.elapsed_s)

    def halt_reason(self) -> Outcome | None:
        """Why the solve must end: it was stopped, or its budget is used up; None while it may go on."""
        if self.stop_requested():
            return Outcome.STOPPED
        return None if self.left_s else Outcome.BUDGET

    def checkpoint(self) -> Iterator[Event]:
        """Receives the next command and waits while paused.

        Raises `Interrupted` on a stop or a spent budget, and `Rewound` on a rewind inside `rewindable`.
        """
        self._take(self._wait(0))
        if self._paused:
            yield from self._hold()
        if self._requested_line is not None:
            line, self._requested_line = self._requested_line, None
            raise Rewound(line)
        reason = self.halt_reason()
        if reason is not None:
            raise Interrupted(reason)

    @contextmanager
    def rewindable(self) -> Iterator[None]:
        """Accepts rewinds inside the `with` block; elsewhere they are ignored, as there are no lines."""
        self._rewindable = True
        try:
            yield
        finally:
            self._rewindable, self._requested_line = False, None

    def line_chosen(self) -> None:
        """Notes that a line was chosen, which ends a step."""
        if self._stepping:
            self._stepping = False
            self._paused = True

    def changed_gamma(self, gamma: float) -> Generator[Event, None, float]:
        """Yields the event of a new guidance weight if one was asked for; returns the weight to use."""
        if self._requested_gamma is not None and self._requested_gamma != gamma:
            gamma = self._requested_gamma
            yield GammaChanged(gamma)
        return gamma

    def _hold(self) -> Iterator[Event]:
        started = self._clock()
        yield SolvePaused()
        while self._paused and self._requested_line is None and not self.stop_requested():
            self._take(self._wait(_PAUSE_POLL_S))
        self._paused_s += self._clock() - started
        yield SolveResumed()

    def _take(self, command: Any | None) -> None:
        if isinstance(command, Pause):
            self._paused, self._stepping = True, False
        elif isinstance(command, Resume):
            self._paused = self._stepping = False
        elif isinstance(command, StepLine):
            self._paused, self._stepping = False, True
        elif isinstance(command, SetGamma):
            self._requested_gamma = command.gamma
        elif isinstance(command, Rewind) and self._rewindable:
            self._requested_line = command.line
