"""Pulls a model in a process of its own, so that a cancel works at any moment, even if the network hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_GRACE_S: Final = 3.0
"""Seconds that the process has to end after SIGTERM, before it is killed."""


@dataclass(frozen=True, slots=True)
class PullProgress:
    """How many bytes have arrived, of how many, and at what speed."""

    done_bytes: int
    total_bytes: int
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class PullSaid:
    """A message for the user: which source is tried, or why another one failed."""

    text: str


@dataclass(frozen=True, slots=True)
class PullEnded:
    """The last event. `path` is the model's file; without it `error` says why.

    After a cancel, `path` is None and `error` is empty.
    """

    path: Path | None = None
    error: str = ""


PullEvent = PullProgress | PullSaid | PullEnded


class BackgroundPull:
    """The pull of one model. One thread reads `events`; any other thread may call `cancel`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()

    def events(self) -> Iterator[PullEvent]:
        """Pulls the model and yields its events while it runs; the last one is a `PullEnded`."""
        with self._lock:
            if self._cancelled.is_set():
                yield PullEnded()
                return
            process = self._process = _start(self.name)
        ended: PullEnded | None = None
        with process:
            for line in process.stdout or ():
                event = _event(line)
                if isinstance(event, PullEnded):
                    ended = event
                elif event is not None:
                    yield event
        if self._cancelled.is_set() and (ended is None or ended.path is None):
            yield PullEnded()
        else:
            yield ended or PullEnded(error=f"the pull of {self.name} ended without a message; try again")

    def cancel(self) -> None:
        """Ends the pull and its child processes, and blocks until they are gone.

        The bytes that have arrived stay on disk for the next pull.
        """
        with self._lock:
            self._cancelled.set()
            process = self._process
        if process is None or process.poll() is not None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_S)
                return


def _start(name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "egcfg_tui.models.pull_process", name],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )


def _event(line: str) -> PullEvent | None:
    """The event in a line of the process's output; None if the line is not an event."""
    try:
        match json.loads(line):
            case {"done": int(done), "total": int(total), "rate": int(rate) | float(rate)}:
                return PullProgress(done, total, rate)
            case {"said": str(text)}:
                return PullSaid(text)
            case {"path": str(path)}:
                return PullEnded(path=Path(path))
            case {"error": str(text)}:
                return PullEnded(error=text)
    except ValueError:
        pass
    return None
