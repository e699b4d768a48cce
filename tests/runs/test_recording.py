"""A recording can be read back, also after a kill; an error about damage names file and line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.digits_run import EXERCISE, LOADING, SOLVE

from egcfg_tui.runs import RecordedModel, Recorder, RecordingError, header_for, paced, read_recording
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

RUN = (*LOADING, *SOLVE)
REQUEST = SolveRequest(EXERCISE, "egcfg", Settings(), budget_s=60.0, seed=7)
STORED = tuple(event for event in RUN if not event.transient)


def record(path: Path) -> Path:
    """Writes the scripted run with half a second per event."""
    clock = iter(index / 2 for index in range(1000))
    with Recorder(path, header_for(REQUEST, RecordedModel("tiny")), clock_s=lambda: next(clock)) as recorder:
        for event in RUN:
            recorder.record(event)
    return path


def rewrite(path: Path, number: int, line: str) -> None:
    """Replaces one line, counted from 1."""
    lines = path.read_text("ascii").splitlines()
    lines[number - 1] = line
    path.write_text("\n".join(lines) + "\n")


def test_a_run_comes_back_whole(tmp_path: Path) -> None:
    recording = read_recording(record(tmp_path / "run.jsonl"))
    assert tuple(timed.event for timed in recording.events) == STORED
    assert [timed.t for timed in recording.events] == [(index + 1) / 2 for index in range(len(STORED))]
    assert recording.header.exercise == EXERCISE
    assert recording.header.request.settings == REQUEST.settings
    assert (recording.header.request.seed, recording.header.request.budget_s) == (7, 60.0)
    assert not recording.cut_short


def test_the_first_line_names_kind_and_schema(tmp_path: Path) -> None:
    first = json.loads(record(tmp_path / "run.jsonl").read_text().splitlines()[0])
    assert (first["schema"], first["kind"]) == (2, "egcfg-run")


def test_an_event_is_in_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    with Recorder(path, header_for(REQUEST, RecordedModel("tiny"))) as recorder:
        for count, event in enumerate(STORED, start=1):
            recorder.record(event)
            assert len(read_recording(path).events) == count


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return record(tmp_path_factory.mktemp("recorded") / "run.jsonl")


@given(cut=st.integers(0, 1 << 16))
def test_a_file_cut_anywhere_is_read_up_to_its_last_whole_line(recorded: Path, cut: int) -> None:
    content = recorded.read_bytes()
    kept = content[: cut % len(content)]
    path = recorded.with_name("cut.jsonl")
    path.write_bytes(kept)
    whole_lines = content[: len(kept) + 1].count(b"\n")  # a line that lacks only its newline is whole
    if whole_lines == 0:
        with pytest.raises(RecordingError, match=r"empty|header is incomplete"):
            read_recording(path)
        return
    recording = read_recording(path)
    assert tuple(timed.event for timed in recording.events) == STORED[: whole_lines - 1]
    assert recording.cut_short == (not kept.endswith(b"\n") and content[len(kept) : len(kept) + 1] != b"\n")


def test_a_killed_process_leaves_a_readable_file(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    script = (
        "import os, sys, signal\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
        "from pathlib import Path\n"
        "from support.digits_run import EXERCISE, SOLVE\n"
        "from egcfg_tui.runs import RecordedModel, Recorder, header_for\n"
        "from egcfg_tui.solving.request.solve_request import SolveRequest\n"
        "header = header_for(SolveRequest(EXERCISE), RecordedModel('tiny'))\n"
        f"recorder = Recorder(Path({str(path)!r}), header)\n"
        "[recorder.record(event) for event in SOLVE[:9]]\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert tuple(timed.event for timed in read_recording(path).events) == tuple(
        event for event in SOLVE[:9] if not event.transient
    )


@pytest.mark.parametrize(
    ("number", "line", "message"),
    [
        (1, '{"schema":1}', "line 1: not a recording"),
        (1, '{"schema":3,"kind":"egcfg-run","version":"9.0"}', "line 1: egcfg-tui '9.0' wrote schema 3"),
        (1, '{"schema":1,"kind":"egcfg-run"}', "line 1: version is missing"),
        (4, '{"t":1,"event":"Stage', "line 4: not valid JSON, the file is damaged; its first 3 lines may be"),
        (4, "", "line 4: not valid JSON"),
        (4, "[" * 100_000, "line 4: not valid JSON"),
        (4, "[]", "line 4: should be an object"),
        (4, '{"t":1,"event":"Teatime","data":{}}', "line 4: unknown event 'Teatime'"),
        (4, '{"t":1,"event":[1],"data":{}}', "line 4: event should be a text, found [1]"),
        (4, '{"t":1,"event":"LineGrown","data":{}}', "line 4: unknown event 'LineGrown'"),
        (4, '{"event":"SolvePaused","data":{}}', "line 4: t is missing"),
        (4, '{"t":1,"event":"GammaChanged","data":{"gamma":"x"}}', "line 4: data.gamma should be a number"),
        (4, '{"t":1,"event":"GammaChanged"}', "line 4: data should be an object"),
        (4, '{"t":1,"event":"\\ud800"}', "line 4: unknown event"),
    ],
)
def test_a_broken_line_is_named(recorded: Path, tmp_path: Path, number: int, line: str, message: str) -> None:
    path = tmp_path / "broken.jsonl"
    path.write_bytes(recorded.read_bytes())
    rewrite(path, number, line)
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    assert str(caught.value).startswith(f"{path}, {message}")


@pytest.mark.parametrize("content", [b"", b"GGUF\0\1\2", b"def f(): pass\n", b"\xff\xfe\n"])
def test_something_else_is_no_recording(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(RecordingError, match=r"empty|not a recording"):
        read_recording(path)


def test_a_missing_file_or_a_folder_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        with pytest.raises(RecordingError, match=f"{path}: the recording cannot be read: "):
            read_recording(path)


def test_an_earlier_recording_is_replaced_and_another_file_is_not(recorded: Path, tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    path.write_bytes(recorded.read_bytes())
    header = header_for(REQUEST, RecordedModel("tiny", "ab" * 32, 10))
    Recorder(path, header).close()
    assert read_recording(path).header == header
    path.write_text("x = 1\n")
    with pytest.raises(RecordingError, match="exists and is not a recording"):
        Recorder(path, header)
    assert path.read_text() == "x = 1\n"


def test_a_recording_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    header = header_for(REQUEST, RecordedModel("tiny"))
    with pytest.raises(RecordingError, match="the recording cannot be written: No such file"):
        Recorder(tmp_path / "none" / "run.jsonl", header)
    if Path("/dev/full").exists():
        with pytest.raises(RecordingError, match="/dev/full: the recording cannot be written: No space left"):
            Recorder(Path("/dev/full"), header)


@pytest.mark.parametrize(("speed", "waits"), [(None, []), (1.0, [0.5]), (2.0, [0.25])])
def test_replay_keeps_the_pace(recorded: Path, speed: float | None, waits: list[Any]) -> None:
    slept: list[float] = []
    assert tuple(timed.event for timed in paced(read_recording(recorded), speed, slept.append)) == STORED
    assert slept == waits * len(STORED)
