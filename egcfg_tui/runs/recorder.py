"""Writes a run to a file while it happens."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from egcfg_tui.events import Event
from egcfg_tui.runs import json_codec
from egcfg_tui.runs.repeated_runs import RunsWritten
from egcfg_tui.runs.schema import KIND, Header, RecordingError, TimedEvent, event_line


class Recorder:
    """Writes one recording. A context manager.

    Every line is handed to the operating system before `record` returns. So a process that is killed at any
    moment leaves a file that can be read up to its last whole line. An earlier recording of the same name is
    replaced; for any other file the constructor raises `RecordingError`.
    """

    def __init__(self, path: Path, header: Header, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock_s = clock_s
        self._start_s = clock_s()
        self._runs = RunsWritten()
        _refuse_foreign_file(path)
        try:
            self._file = path.open("wb", buffering=0)
        except OSError as error:
            raise self._failure(error, "; name another file") from error
        try:
            self._write(json_codec.encode(header))
        except RecordingError:
            self._file.close()
            raise

    @property
    def path(self) -> Path:
        """The file of the recording."""
        return self._path

    def record(self, event: Event) -> None:
        """Writes one event with the seconds since the start; transient events are left out.

        Raises `RecordingError` when the file cannot be written.
        """
        if event.transient:
            return
        t = round(self._clock_s() - self._start_s, 4)
        line = event_line(TimedEvent(t, event))
        self._runs.shorten(line["event"], line["data"])
        self._write(line)

    def close(self) -> None:
        """Closes the file; all events have been written before."""
        self._file.close()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, value: dict[str, Any]) -> None:
        """Writes one line in ASCII, so that lone surrogates, NULs and line separators are kept as escapes."""
        line = memoryview(json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii") + b"\n")
        try:
            while line:
                line = line[self._file.write(line) :]
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError, next_step: str = "") -> RecordingError:
        return RecordingError(f"{self._path}: the recording cannot be written: {error.strerror}{next_step}")


def _refuse_foreign_file(path: Path) -> None:
    """Raises `RecordingError` for a file that is not a recording, not empty and not a device."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return
        with path.open("rb") as file:
            start = file.read(256)
    except OSError:
        return  # the attempt to write the file will give the reason
    if start and f'"kind":"{KIND}"'.encode() not in start:
        raise RecordingError(f"{path} exists and is not a recording; name another file, or remove it first")
