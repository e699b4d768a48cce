"""A pull that can be cancelled at any moment, whatever the network does: it runs in a process of its own."""

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
"""How long it may take to end in order."""


@dataclass(frozen=True, slots=True)
class PullProgress:
    """Bytes that arrived, bytes in all, bytes per second."""

    done_bytes: int
    total_bytes: int
    bytes_per_s: float


@dataclass(frozen=True, slots=True)
class PullSaid:
    """Which source is tried, and why another one failed."""

    text: str


@dataclass(frozen=True, slots=True)
class PullEnded:
    """`path` is the model's file. Without it `error` says why; both are missing after a cancel."""

    path: Path | None = None
    error: str = ""


PullEvent = PullProgress | PullSaid | PullEnded


class BackgroundPull:
    """`events` is called in a thread, `cancel` from any other."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._process: subprocess.Popen[str] | None = None
        self._cancelled = threading.Event()
        self._lock = threading.Lock()

    def events(self) -> Iterator[PullEvent]:
        """Pulls, and tells how it goes; the last event is a `PullEnded`."""
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
            yield ended or PullEnded(error=f"the pull of {self.name} ended without a word; try again")

    def cancel(self) -> None:
        """Ends the pull and everything that it started; blocks until it is gone. What arrived is kept."""
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
    """The event of a line; None for a line that is none."""
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
