"""Writes all that a kept run can become into one folder."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

from egcfg_tui.runs import RecordingError, read_recording
from egcfg_tui.runs.report import markdown, solution_of

_PICTURE_S: Final = 120.0


class ExportError(Exception):
    """A run could not be written out. The text names the file and the reason."""


def folder_for(run_id: str) -> Path:
    """A folder below the current one, numbered where it is taken: an earlier export is never overwritten.

    Raises `ExportError` where there is no current folder any more.
    """
    try:
        folder = Path.cwd() / f"egcfg-run-{run_id}"
    except OSError as error:
        raise ExportError(f"the current folder is gone: {error.strerror}") from error
    number, free = 1, folder
    while os.path.lexists(free):
        number += 1
        free = folder.with_name(f"{folder.name}-{number}")
    return free


def export_run(recording: Path, folder: Path) -> None:
    """Writes the solution (where there is one), a Markdown report, the screen at the end, and the recording.

    Blocks for seconds: the picture is drawn by a process of its own, since one process has one screen.
    Raises `ExportError`.
    """
    try:
        read = read_recording(recording)
        folder.mkdir(parents=True)
        (folder / "recording.jsonl").write_bytes(recording.read_bytes())
        _write(folder / "report.md", markdown(read))
        if solution := solution_of(read).strip("\n"):
            _write(folder / "solution.py", f"{solution}\n")
        drawn = subprocess.run(
            [sys.executable, "-m", "egcfg_tui.tui.screenshot", recording, folder / "screen.svg"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_PICTURE_S,
        )
    except RecordingError as error:
        raise ExportError(str(error)) from error
    except OSError as error:
        raise ExportError(f"{error.filename or folder}: cannot be written: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise ExportError(f"{folder}: written without a picture; drawing it took too long") from error
    if drawn.returncode:
        reason = drawn.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise ExportError(f"{folder}: written without a picture: {reason}")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="backslashreplace")
