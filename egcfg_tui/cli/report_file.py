"""Writes a report to a file. An earlier report is replaced; any other file is refused."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.terminal_text import printable

BEGINNINGS: Final = (
    b'{"exercises": ',
    b"<!-- egcfg-tui compare -->",
    b"<!doctype html>\n<!-- egcfg-tui compare -->",
    b"egcfg-tui compare: ",
)
"""The beginnings of reports in all formats, by which an earlier report is recognised."""


class ReportFile:
    """A file for a report. Raises `CommandError` if it may not or cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            if path.is_dir():
                raise self._error("is a folder; name a file in it")
            if path.exists() and path.stat().st_size and not self._holds_a_report():
                raise self._error("exists and is not a report of `egcfg-tui compare`; name another file")
            if not path.parent.is_dir():
                raise self._error(f"there is no folder {path.parent}; make it, or name another file")
        except OSError as error:
            raise self._error(f"cannot be read: {error.strerror}") from error

    def write(self, report: str) -> None:
        """Writes the report whole or not at all. Raises `CommandError`."""
        try:
            if self._path.exists() and not self._path.is_file():
                self._path.write_bytes(report.encode("utf-8", "backslashreplace"))
                return
            descriptor, name = tempfile.mkstemp(dir=self._path.parent, prefix=f".{self._path.name}.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(report.encode("utf-8", "backslashreplace"))
                Path(name).chmod(0o666 & ~_umask())
                Path(name).replace(self._path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise self._error(f"the report cannot be written: {error.strerror}") from error

    def _holds_a_report(self) -> bool:
        if not self._path.is_file():
            return True  # a pipe or a terminal holds nothing that could be lost
        with self._path.open("rb") as file:
            return file.read(64).startswith(BEGINNINGS)

    def _error(self, problem: str) -> CommandError:
        return CommandError(f"--out {printable(str(self._path))}: {problem}", ExitCode.MODEL_OR_DATA)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
