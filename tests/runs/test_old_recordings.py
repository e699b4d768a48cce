"""Line events have the row of the code; recordings written without rows get them when they are read."""

from __future__ import annotations

import json
from collections import deque
from pathlib import Path
from typing import Any

import pytest
from support.trials import OUT_OF_REACH

from egcfg_sandbox import Sandbox
from egcfg_tui.cli.wording import Wording
from egcfg_tui.engine.fake import FakeEngine, hashed
from egcfg_tui.events import (
    CandidatesExecuted,
    CandidatesSampled,
    Event,
    LineChosen,
    LinesRewound,
    SignalBuilt,
    TrialStarted,
)
from egcfg_tui.runs import RecordedModel, Recorder, header_for, read_recording
from egcfg_tui.runs.old_recordings import Rows
from egcfg_tui.solving.commands import CommandInbox, Rewind
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

REQUEST = SolveRequest(
    OUT_OF_REACH,
    "egcfg",
    Settings(temperature=0.0, max_tokens=120, horizon=2, signal_tokens=2000, stop_loops=False),
    budget_s=1e9,
)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """A trial after starter code, with a rewind."""
    commands: deque[Any] = deque([None] * 60 + [Rewind(2)])
    inbox = CommandInbox(
        budget_s=1e9, clock=lambda: 0.0, wait=lambda _s: commands.popleft() if commands else None
    )
    with Sandbox() as sandbox:
        return list(solve(FakeEngine(hashed(8)), sandbox, REQUEST, inbox))


def without_rows(path: Path) -> None:
    """Turns a recording into the one that a version without rows would have written."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    for line in lines[1:]:
        line["data"].pop("row", None)
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_rows_that_a_recording_lacks_are_those_that_the_solver_told(
    events: list[Event], tmp_path: Path
) -> None:
    path = tmp_path / "run.jsonl"
    with Recorder(path, header_for(REQUEST, RecordedModel("tiny"))) as recorder:
        for event in events:
            recorder.record(event)
    without_rows(path)
    told = [event for event in events if not event.transient]
    assert [timed.event for timed in read_recording(path).events] == told
    assert {type(event) for event in told} >= {CandidatesSampled, CandidatesExecuted, SignalBuilt, LineChosen}
    assert any(isinstance(event, LinesRewound) for event in told)


def test_every_line_stands_on_its_row(events: list[Event]) -> None:
    chosen = [event for event in events if isinstance(event, LineChosen) and event.text.strip()]
    assert chosen
    for event in chosen:
        first = event.text.strip().split("\n")[0]
        assert event.code.split("\n")[event.row - 1].strip().endswith(first)
        assert event.row > event.line


def test_data_that_is_damaged_is_left_to_the_decoder() -> None:
    assert Rows().completed("LineChosen", [1]) == [1]
    assert Rows().completed("LineChosen", {"code": 7, "text": None}) == {"code": 7, "text": None, "row": 1}


def test_a_method_that_is_no_more_still_replays(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    told = TrialStarted(1, "gone", "", 1.0)
    with Recorder(path, header_for(SolveRequest(OUT_OF_REACH, "gone"), RecordedModel("tiny"))) as recorder:
        recorder.record(told)
    recording = read_recording(path)
    assert (recording.header.request.method, recording.events[0].event) == ("gone", told)
    assert [line.plain for line in Wording(full=True).lines(told)] == ["", "trial 1", "  gone"]
