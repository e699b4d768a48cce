"""A folder that cannot be written to is recognised, and logs go elsewhere or nowhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from egcfg_tui.system import folders
from egcfg_tui.system.folders import log_folder, state_folder, why_unwritable


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of temporary files."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temporary"))
    return tmp_path / "temporary"


@pytest.fixture
def no_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The state folder would have to be made inside a file."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))


def test_a_folder_that_could_be_made_can_be_written_to_and_nothing_is_left_behind(tmp_path: Path) -> None:
    assert why_unwritable(tmp_path / "a" / "b") is None
    assert list(tmp_path.iterdir()) == []


def test_a_folder_inside_a_file_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert why_unwritable(tmp_path / "file") == "Not a directory"
    assert why_unwritable(tmp_path / "file" / "a" / "b") == "Not a directory"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder that nobody can write to")
def test_a_folder_that_nobody_can_write_to_is_found_out_whoever_asks() -> None:
    """The permissions of /proc allow root to write; the kernel does not."""
    assert why_unwritable(Path("/proc/nope/egcfg-tui")) == "No such file or directory"


def test_logs_go_to_the_state_folder(home: Path) -> None:
    assert log_folder() == state_folder()
    assert state_folder().is_dir()
    assert state_folder().stat().st_mode & 0o777 == 0o700


@pytest.mark.usefixtures("no_state")
def test_without_a_state_folder_logs_go_to_a_private_folder_among_temporary_files(temporary: Path) -> None:
    folder = log_folder()
    assert folder == temporary / f"egcfg-tui-{os.getuid()}"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert log_folder() == folder


@pytest.mark.usefixtures("no_state")
def test_a_folder_that_others_can_write_to_takes_no_logs(temporary: Path) -> None:
    (temporary / f"egcfg-tui-{os.getuid()}").mkdir()
    (temporary / f"egcfg-tui-{os.getuid()}").chmod(0o777)
    assert log_folder() is None


@pytest.mark.usefixtures("no_state")
def test_a_link_takes_no_logs(temporary: Path) -> None:
    (temporary / "elsewhere").mkdir()
    (temporary / f"egcfg-tui-{os.getuid()}").symlink_to(temporary / "elsewhere")
    assert log_folder() is None


@pytest.mark.usefixtures("no_state", "temporary")
def test_where_no_folder_takes_logs_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(folders.tempfile, "gettempdir", nowhere)
    assert log_folder() is None
