"""What the user did to a solve in flight."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_tui.events.base import Event


@dataclass(frozen=True, slots=True)
class SolvePaused(Event):
    """The solve waits between two tokens until the user resumes it."""


@dataclass(frozen=True, slots=True)
class SolveResumed(Event):
    """The solve goes on."""


@dataclass(frozen=True, slots=True)
class GammaChanged(Event):
    """The user changed the guidance weight, which holds from the next line on."""

    gamma: float


@dataclass(frozen=True, slots=True)
class SettingsChanged(Event):
    """The user changed settings for later lines, or the budget. `values` are names with their new values."""

    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class LinesRewound(Event):
    """The user took back `line` and all lines after it; `line` is chosen again. `code` is what is left."""

    line: int
    row: int
    code: str


@dataclass(frozen=True, slots=True)
class LinesRestored(Event):
    """The user undid the last `LinesRewound` and all later lines; `code` is the code before it."""

    line: int
    row: int
    code: str
