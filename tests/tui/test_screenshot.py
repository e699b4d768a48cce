"""Pictures of recorded runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from support import recordings
from support.recordings import recording_of

from egcfg_tui.tui import screenshot


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return recordings.write(recording_of(), tmp_path / "run.jsonl")


def test_a_recorded_run_becomes_a_picture_that_refers_to_nothing_outside(
    recording: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.svg"
    assert screenshot.main([str(recording), str(out)]) == 0
    picture = out.read_text()
    assert "solved" in picture
    assert "url(http" not in picture


def test_the_moment_and_the_keys_can_be_chosen(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.svg"
    assert screenshot.main([str(recording), str(out), "--at", "12", "--size", "80x24", "--keys", "3"]) == 0
    picture = out.read_text()
    assert "Signal" in picture
    assert "solved" not in picture


def test_what_is_no_recording_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert screenshot.main([str(tmp_path / "none.jsonl"), str(tmp_path / "out.svg")]) == 3
    assert "none.jsonl" in capsys.readouterr().err


def test_a_size_that_cannot_be_read_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        screenshot.main(["a", "b", "--size", "wide"])
    assert "must look like 120x36" in capsys.readouterr().err
