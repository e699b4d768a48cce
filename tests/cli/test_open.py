"""`egcfg-tui open` when the workbench cannot open."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import recordings
from support.recordings import recording_of

from egcfg_tui.cli.commands import open as open_command
from egcfg_tui.cli.main import main
from egcfg_tui.cli.recording import recording_named
from egcfg_tui.exercises import DEMO_ID
from egcfg_tui.tui.preferences import load


@pytest.mark.parametrize(
    "argv", [[], ["open"], ["open", "parcel-price", "--gamma", "2", "--method", "greedy"]]
)
def test_without_a_terminal_it_names_the_command_that_needs_none(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "needs a terminal" in captured.err
    assert "egcfg-tui solve" in captured.err


def test_an_unknown_exercise_is_told_before_anything_opens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "parcel-prise"]) == 3
    assert "parcel-prise" in capsys.readouterr().err


def test_settings_are_checked_as_solve_checks_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open", "--config", "s3"]) == 2
    assert "--config" in capsys.readouterr().err


def test_a_run_is_opened_by_file_id_or_as_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EGCFG_RUNS_DIR", str(tmp_path))
    path = recordings.write(recording_of(), tmp_path / "20260101-000000-digit_sum.jsonl")
    for name in (str(path), path.stem, "latest"):
        assert recording_named(name) == path
        assert main(["open", name]) == 2
        assert "needs a terminal" in capsys.readouterr().err
    assert recording_named("parcel-price") is None


def test_a_run_that_is_not_there_or_damaged_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EGCFG_RUNS_DIR", str(tmp_path))
    assert main(["open", "latest"]) == 3
    assert "no run is kept yet" in capsys.readouterr().err
    path = recordings.write(recording_of(), tmp_path / "20260101-000000-digit_sum.jsonl")
    path.write_text(path.read_text().replace('"event":"SolveStarted"', '"event":"Sung"'))
    assert main(["open", "latest"]) == 3
    assert "'Sung'" in capsys.readouterr().err


def test_a_remembered_exercise_that_is_gone_gives_way_to_the_demo_and_is_told(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('\nexercise = "gone.toml"\n')
    exercise, preferences = open_command._last_exercise(load(file), None, guarded_only=False)
    assert exercise.id == DEMO_ID
    (problem,) = preferences.problems
    assert f"{file}, line 2, exercise: gone.toml" in problem
    assert problem.endswith("the demo is open instead")


def test_the_remembered_exercise_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('exercise = "parcel-price"\n')
    exercise, preferences = open_command._last_exercise(load(file), None, guarded_only=False)
    assert (exercise.id, preferences.problems) == ("parcel-price", ())
