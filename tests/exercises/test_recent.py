"""The files from which exercises were opened most recently."""

from __future__ import annotations

from pathlib import Path

import pytest

from egcfg_tui.exercises.recent import MOST, file_of, recent_files, remember
from egcfg_tui.system.folders import state_folder


def test_the_latest_comes_first_once_and_what_is_gone_is_left_out(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("a [b].toml", "数字.jsonl", "c#1.toml")]
    for file in (*files, files[0]):
        file.write_text("")
        remember(file)
    assert recent_files() == [files[0], files[2], files[1]]
    files[2].unlink()
    assert recent_files() == [files[0], files[1]]


def test_only_the_last_ones_are_remembered(tmp_path: Path) -> None:
    for number in range(MOST + 5):
        (tmp_path / str(number)).write_text("")
        remember(tmp_path / str(number))
    assert len(recent_files()) == MOST


def test_a_state_folder_that_takes_nothing_is_no_trouble(tmp_path: Path) -> None:
    state_folder().parent.mkdir(parents=True)
    state_folder().write_text("")
    remember(tmp_path)
    assert recent_files() == []


@pytest.mark.parametrize(
    ("source", "file"),
    [("a/b.jsonl#17", "a/b.jsonl"), ("two-fer", "two-fer"), ("bundled/cheer.toml", None), ("", None)],
)
def test_the_file_of_an_exercise(source: str, file: str | None) -> None:
    assert file_of(source) == (Path(file) if file else None)
