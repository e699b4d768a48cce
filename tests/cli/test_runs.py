"""The history on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.digits_run import EXERCISE, LOADING, SOLUTION, SOLVE

from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.runs import History, RecordedModel
from egcfg_tui.solving.request.solve_request import SolveRequest


@pytest.fixture
def run_id(home: Path) -> str:
    """A run in the history."""
    with History().begin(SolveRequest(EXERCISE), RecordedModel("tiny-coder")) as recorder:
        for event in (*LOADING, *SOLVE):
            recorder.record(event)
    return recorder.path.stem


def test_the_list_shows_every_run_or_those_with_the_words(command_line: CommandLine, run_id: str) -> None:
    heading, row = command_line("runs", "list").stdout.splitlines()
    assert heading.split() == ["RUN", "RESULT", "SECONDS", "METHOD", "MODEL", "EXERCISE"]
    assert row.split()[:2] == [run_id, "solved"]
    assert run_id in command_line("runs", "list", "solved", "digits").stdout
    outcome = command_line("runs", "list", "nothing-like-it")
    assert (outcome.code, outcome.stdout) == (ExitCode.DONE, "")
    assert "no run with nothing-like-it is kept in" in outcome.stderr


def test_the_list_as_json_names_files(command_line: CommandLine, run_id: str) -> None:
    (run,) = json.loads(command_line("runs", "list", "--format", "json").stdout)
    assert (run["id"], run["solved"]) == (run_id, True)
    assert Path(run["path"]).is_file()


def test_show_and_replay_take_an_id_or_latest(command_line: CommandLine, run_id: str) -> None:
    shown = command_line("runs", "show", run_id).stdout
    assert "Sum of digits" in shown
    assert command_line("runs", "show", "latest").stdout == shown
    assert command_line("replay", "latest").stdout == shown


def test_exports_are_the_solution_a_report_a_picture_and_the_recording(
    command_line: CommandLine, run_id: str, tmp_path: Path
) -> None:
    assert command_line("runs", "export", run_id).stdout == SOLUTION
    assert command_line("runs", "export", run_id, "--as", "markdown").stdout.startswith("# Sum of digits")
    out = tmp_path / "run.svg"
    assert command_line("runs", "export", run_id, "--as", "svg", "--out", str(out)).code == ExitCode.DONE
    assert out.read_text().startswith("<svg")
    command_line("runs", "export", run_id, "--as", "recording", "--out", str(tmp_path / "copy.jsonl"))
    assert command_line("replay", str(tmp_path / "copy.jsonl")).code == ExitCode.DONE


def test_runs_are_deleted_by_name_or_all(command_line: CommandLine, run_id: str) -> None:
    assert command_line("runs", "delete").code == ExitCode.USAGE
    assert command_line("runs", "delete", "x").code == ExitCode.MODEL_OR_DATA
    outcome = command_line("runs", "delete", run_id)
    assert (outcome.code, outcome.stderr) == (ExitCode.DONE, "1 run removed\n")
    assert History().runs() == []
    assert command_line("runs", "delete", "--all").code == ExitCode.DONE
