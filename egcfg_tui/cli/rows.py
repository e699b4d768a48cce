"""Rows of the code, which people count, in place of the solver's own count of lines.

Code to begin with, and answers of several rows in one line, set the two apart.
"""

from __future__ import annotations

from dataclasses import replace

from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    LineChosen,
    LineGrown,
    LinesRewound,
    SignalBuilt,
    SolveStarted,
    TrialStarted,
)
from egcfg_tui.solving.text.rows import row_behind, rows_of


class Rows:
    """Follows a solve. `code` is what is chosen so far."""

    def __init__(self) -> None:
        self._starter = ""
        self.code = ""

    def told(self, event: Event) -> Event:
        """The event with the row on which its line begins as its `line`."""
        match event:
            case SolveStarted():
                self._starter = self.code = event.starter
            case TrialStarted():
                self.code = self._starter
            case LineChosen():
                self.code = event.code
                row = rows_of(event.text, event.code)[0] if event.text.strip() else row_behind(event.code)
                return replace(event, line=row)
            case LinesRewound():
                self.code = event.code
                return replace(event, line=row_behind(event.code))
            case CandidatesSampled() | CandidatesExecuted() | SignalBuilt() | LineGrown():
                return replace(event, line=row_behind(self.code))
            case _:
                pass
        return event
