"""The command line counts rows of the code, as the workbench does."""

from __future__ import annotations

from collections import deque
from typing import Any

import pytest
from support.trials import OUT_OF_REACH

from egcfg_sandbox import Sandbox
from egcfg_tui.cli.rows import Rows
from egcfg_tui.engine.fake import FakeEngine, hashed
from egcfg_tui.events import CandidatesSampled, Event, LineChosen, LineGrown, LinesRewound, SignalBuilt
from egcfg_tui.solving.commands import CommandInbox, Rewind
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.tui.state import fold
from egcfg_tui.tui.view import SolveView


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """A trial behind a starter, with a way back in it."""
    commands: deque[Any] = deque([None] * 60 + [Rewind(2)])
    inbox = CommandInbox(
        budget_s=1e9, clock=lambda: 0.0, wait=lambda _s: commands.popleft() if commands else None
    )
    chosen = Settings(temperature=0.0, max_tokens=120, horizon=2, signal_tokens=2000, stop_loops=False)
    request = SolveRequest(OUT_OF_REACH, "egcfg", chosen, 1e9)
    with Sandbox() as sandbox:
        return list(solve(FakeEngine(hashed(8)), sandbox, request, inbox))


def test_both_say_the_same(events: list[Event]) -> None:
    rows, view = Rows(), SolveView()
    seen = set()
    for event in events:
        told = rows.told(event)
        view = fold(event, view, 0.0)
        if isinstance(told, CandidatesSampled | SignalBuilt | LineGrown | LinesRewound):
            assert view.current is not None
            assert told.line == view.current.row
            seen.add(type(told))
        elif isinstance(told, LineChosen) and told.text.strip():
            assert told.line == view.lines[-1].row
            assert told.line > event.line  # type: ignore[attr-defined]
            seen.add(LineChosen)
    assert seen == {CandidatesSampled, SignalBuilt, LineGrown, LinesRewound, LineChosen}
