"""A folder that cannot be written to ends no solve, and the doctor names it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.stand_in import Saying

from egcfg_tui.cli.exit_codes import ExitCode

EXERCISE = """
title = "Sum"
statement = "Write `f(a, b)` that returns the sum."
entry_point = "f"
[[visible]]
code = "assert f(1, 2) == 3"
"""
ANSWER = "def f(a, b):\n    return a + b\n```\n"
FOLDERS = {"XDG_STATE_HOME": "state", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config"}


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))


@pytest.fixture(params=["in a file", "in a folder of the kernel"])
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A place where no folder can be made."""
    if request.param == "in a file":
        (tmp_path / "file").touch()
        return str(tmp_path / "file")
    if not Path("/proc/self").exists():
        pytest.skip("needs a folder that nobody can write to")
    return "/proc/nope"


@pytest.mark.parametrize("variable", FOLDERS)
def test_a_solve_does_without_the_folder(
    saying: Saying, monkeypatch: pytest.MonkeyPatch, nowhere: str, variable: str
) -> None:
    monkeypatch.setenv(variable, nowhere)
    outcome = saying.solve(ANSWER, EXERCISE)
    assert (outcome.code, outcome.stdout) == (ExitCode.DONE, ANSWER.removesuffix("```\n"))


@pytest.mark.parametrize(("variable", "name"), FOLDERS.items())
def test_the_doctor_names_the_folder_and_what_follows(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, nowhere: str, variable: str, name: str
) -> None:
    monkeypatch.setenv(variable, nowhere)
    found = json.loads(command_line("doctor", "--json").stdout)
    assert list(found["unwritable"]) == [name]
    assert found["unwritable"][name].startswith("cannot be written to (")
    assert found["folders"][name].startswith(nowhere)


def test_the_doctor_says_where_logs_go_instead(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nowhere: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", nowhere)
    found = json.loads(command_line("doctor", "--json").stdout)
    elsewhere = tmp_path / "temporary" / f"egcfg-tui-{os.getuid()}"
    assert found["unwritable"]["state"].endswith(f"logs go to {elsewhere}")


def test_an_unexpected_error_is_kept_where_logs_go(
    command_line: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, nowhere: str
) -> None:
    def breaks(_name: str) -> None:
        raise ZeroDivisionError("by accident")

    monkeypatch.setenv("XDG_STATE_HOME", nowhere)
    monkeypatch.setattr("egcfg_tui.exercises.load_several", breaks)
    outcome = command_line("solve", "x")
    assert outcome.code == ExitCode.INTERNAL
    path = Path(outcome.stderr.strip().rpartition("details are in ")[2])
    assert path.is_relative_to(tmp_path / "temporary")
    assert "by accident" in path.read_text()
