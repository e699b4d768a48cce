"""A recording is shown as it was, by the code that reads it alone."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.digits_run import EXERCISE, LOADING, SOLVE

from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.events import (
    CandidatesSampled,
    Event,
    FailureKind,
    GammaChanged,
    LinesRewound,
    SandboxRestarted,
    SettingsLeftOut,
    SolveFailed,
    SolvePaused,
    SolveResumed,
)
from egcfg_tui.runs import RecordedModel, Recorder, header_for
from egcfg_tui.runs.machine import Machine
from egcfg_tui.solving.request.solve_request import SolveRequest

RUN = (*LOADING, *SOLVE)
HEADER = dataclasses.replace(
    header_for(SolveRequest(EXERCISE), RecordedModel("tiny-coder")),
    version="0.1.0",
    created="2026-01-02T03:04:05+00:00",
    machine=Machine("Linux 6.1", "x86_64", "Some processor", 2, 8_000_000_000, "3.11.7"),
)


def record(path: Path, events: Sequence[Event] = RUN) -> str:
    """Writes a recording with a quarter of a second per event."""
    clock = iter(index / 4 for index in range(1000))
    with Recorder(path, HEADER, clock_s=lambda: next(clock)) as recorder:
        for event in events:
            recorder.record(event)
    return str(path)


@pytest.mark.parametrize(("form", "name"), [("human", "replay.txt"), ("json", "replay.jsonl")])
def test_the_output_is_the_golden_one(
    command_line: CommandLine, tmp_path: Path, golden: Callable[[str, str], None], form: str, name: str
) -> None:
    outcome = command_line("replay", record(tmp_path / "run.jsonl"), "--format", form)
    assert (outcome.code, outcome.stderr) == (0, "")
    golden(name, outcome.stdout)


def test_json_lines_are_those_of_the_recording(command_line: CommandLine, tmp_path: Path) -> None:
    path = record(tmp_path / "run.jsonl")
    outcome = command_line("replay", path, "--format", "json")
    recorded = [json.loads(line) for line in Path(path).read_text().splitlines()[1:]]
    assert [json.loads(line) for line in outcome.stdout.splitlines()] == recorded


def test_every_other_event_has_its_line(command_line: CommandLine, tmp_path: Path) -> None:
    events = (
        SettingsLeftOut(3, 12, 1024, 1500),
        SandboxRestarted(1),
        SolvePaused(),
        GammaChanged(2.5),
        LinesRewound(2, 2, "def f():\n    "),
        SolveResumed(),
        SolveFailed(FailureKind.MODEL, "it \x1b died"),
    )
    outcome = command_line("replay", record(tmp_path / "run.jsonl", events))
    assert outcome.stdout.splitlines()[1:] == [
        "  3 of 12 settings of guided trials left out: they do not fit into the context of 1024 tokens; use "
        "--context 1500 for all",
        "  the sandbox's process was killed and is started again; its tests ran again. If that goes on, the "
        "machine may be out of memory: `egcfg-tui doctor` says more",
        "  paused",
        "  gamma is now 2.5",
        "  back to line 2",
        "  resumed",
        "",
        "could not be solved: it \\x1b died",
    ]


def test_candidates_after_going_back_stand_in_the_line_that_is_left(
    command_line: CommandLine, tmp_path: Path
) -> None:
    candidates = next(event for event in SOLVE if isinstance(event, CandidatesSampled))
    back = LinesRewound(1, 1, "")
    shown = [
        command_line("replay", record(tmp_path / "run.jsonl", events)).stdout
        for events in ((*SOLVE[: SOLVE.index(candidates)], candidates), (*SOLVE[:8], back, candidates))
    ]
    assert ["│     return sum(n)" in text for text in shown] == [True, False]
    assert "│ return sum(n)" in shown[1]


def test_a_recording_that_stops_early_is_told(command_line: CommandLine, tmp_path: Path) -> None:
    path = Path(record(tmp_path / "run.jsonl"))
    path.write_bytes(path.read_bytes()[:-20])
    outcome = command_line("replay", str(path))
    assert outcome.code == ExitCode.DONE
    assert outcome.stderr == (
        f"{path}: the last line is incomplete and was left out\n"
        f"{path}: the recording ends before the solve did\n"
    )


def test_a_broken_recording_is_named(command_line: CommandLine, tmp_path: Path) -> None:
    path = Path(record(tmp_path / "run.jsonl"))
    lines = path.read_text().splitlines()
    lines[4] = lines[4][:30]
    path.write_text("\n".join(lines) + "\n")
    outcome = command_line("replay", str(path))
    assert (outcome.code, outcome.stdout) == (ExitCode.MODEL_OR_DATA, "")
    assert outcome.stderr.startswith(f"egcfg-tui: {path}, line 5: not valid JSON")


def test_speed_keeps_the_pace(
    command_line: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    monkeypatch.setattr("egcfg_tui.runs.reading.paced.__defaults__", (slept.append,))
    path = record(tmp_path / "run.jsonl", (SolvePaused(), SolveResumed()))
    assert command_line("replay", path, "--speed", "2").code == 0
    assert slept == [0.125, 0.125]


def test_neither_model_nor_sandbox_is_loaded(tmp_path: Path) -> None:
    script = (
        "import sys\n"
        "from egcfg_tui.cli.main import main\n"
        f"code = main(['replay', {record(tmp_path / 'run.jsonl')!r}])\n"
        "heavy = {'textual', 'numpy', 'llama_cpp', 'egcfg_tui.models', 'egcfg_tui.solving.process.client'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
        "sys.exit(code)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8")
    assert (ended.returncode, ended.stderr) == (0, "")
