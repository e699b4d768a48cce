"""The commands that a front end can send to a solve in flight, and the inbox that receives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from egcfg_tui.events import Author, Event, GammaChanged, Outcome, SettingsChanged, SolvePaused, SolveResumed
from egcfg_tui.solving.request.settings import SETTINGS, Settings

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
class ChangeSettings:
    """Change settings of guided lines from the next line on, and the budget at once.

    `values` are pairs of a name in `LIVE` and its new value.
    """

    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Rewind:
    """Take back this line (numbered from 1) and all lines after it, and choose it again."""

    line: int


@dataclass(frozen=True, slots=True)
class ReplaceCode:
    """Replace all lines from `line` on by `text`, and go on after it."""

    line: int
    text: str
    author: Author


@dataclass(frozen=True, slots=True)
class Undo:
    """Undo the last `Rewind` or `ReplaceCode` that is not yet undone."""


CodeCommand = Rewind | ReplaceCode | Undo
Command = Pause | Resume | StepLine | ChangeSettings | CodeCommand

LIVE: Final = ("gamma", "temperature", "candidates", "horizon", "seed", "budget_s")
"""The settings that can be changed during a solve; a change of any other affects only the next solve."""


class Interrupted(Exception):
    """Ends a solve early. `reason` is `STOPPED` or `BUDGET`, or another one in a subclass."""

    def __init__(self, reason: Outcome) -> None:
        super().__init__(reason)
        self.reason = reason


class CodeTouched(Exception):
    """Leaves the choice of a line because the user changes the code."""

    def __init__(self, command: CodeCommand) -> None:
        super().__init__(str(command))
        self.command = command


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
        self._changed: dict[str, float] = {}
        self._touch: CodeCommand | None = None
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

    @property
    def late(self) -> bool:
        """Whether half of the budget is used up."""
        tokens_late = self._budget_tokens is not None and 2 * self.tokens >= self._budget_tokens
        return tokens_late or 2 * self.elapsed_s >= self._budget_s

    def halt_reason(self) -> Outcome | None:
        """Why the solve must end: it was stopped, or its budget is used up; None while it may go on."""
        if self.stop_requested():
            return Outcome.STOPPED
        return None if self.left_s else Outcome.BUDGET

    @property
    def seed(self) -> int | None:
        """The seed that the user chose during the solve; None if it is that of the request."""
        seed = self._changed.get("seed")
        return None if seed is None else int(seed)

    def in_force(self, settings: Settings) -> Settings:
        """The settings with the user's changes."""
        for name, value in self._changed.items():
            if name in SETTINGS:
                settings = settings.with_value(name, value)
        return settings

    def lower(self, name: str, value: float) -> Event:
        """Lowers a changed setting to a value for which there is room; returns the event that says so."""
        self._changed[name] = value
        return SettingsChanged(((name, value),))

    def checkpoint(self) -> Iterator[Event]:
        """Receives the next command and waits while paused.

        Raises `Interrupted` on a stop or a spent budget, `CodeTouched` inside `rewindable` when asked to.
        """
        yield from self._take(self._wait(0))
        if self._paused:
            yield from self._hold()
        if self._touch is not None:
            touch, self._touch = self._touch, None
            raise CodeTouched(touch)
        reason = self.halt_reason()
        if reason is not None:
            raise Interrupted(reason)

    @contextmanager
    def rewindable(self) -> Iterator[None]:
        """Accepts the user's changes of the code inside this context; elsewhere they are ignored."""
        self._rewindable = True
        try:
            yield
        finally:
            self._rewindable, self._touch = False, None

    def line_chosen(self) -> None:
        """Notes that a line was chosen, which ends a step."""
        if self._stepping:
            self._stepping = False
            self._paused = True

    def _hold(self) -> Iterator[Event]:
        started = self._clock()
        yield SolvePaused()
        while self._paused and self._touch is None and not self.stop_requested():
            yield from self._take(self._wait(_PAUSE_POLL_S))
        self._paused_s += self._clock() - started
        yield SolveResumed()

    def _take(self, command: Any | None) -> Iterator[Event]:
        """Carries out a command; events report changed settings at once, also during a pause."""
        if isinstance(command, Pause):
            self._paused, self._stepping = True, False
        elif isinstance(command, Resume):
            self._paused = self._stepping = False
        elif isinstance(command, StepLine):
            self._paused, self._stepping = False, True
        elif isinstance(command, ChangeSettings):
            yield from self._change(dict(command.values))
        elif isinstance(command, CodeCommand) and self._rewindable:
            self._touch = command

    def _change(self, values: dict[str, float]) -> Iterator[Event]:
        self._changed |= values
        self._budget_s = values.get("budget_s", self._budget_s)
        if "gamma" in values:
            yield GammaChanged(values.pop("gamma"))
        if values:
            yield SettingsChanged(tuple(values.items()))
