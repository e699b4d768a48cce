"""Keeps other output off the screen: native code writes to fd 2, on which the screen is drawn."""

from __future__ import annotations

import io
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from egcfg_tui.system.folders import log_folder

_DRIVER: Final = "TEXTUAL_DRIVER"
LOG_BYTES: Final = 1024 * 1024
"""A longer log is begun anew."""


class NoTerminalError(Exception):
    """There is no terminal to draw on; the text says what to do instead."""


class ScreenStream(io.TextIOWrapper):
    """The terminal to draw on. What a terminal that is gone cannot take is dropped.

    The error would end Textual's writing thread, and the application would wait for that thread for ever.
    """

    def write(self, text: str) -> int:
        """Writes, or drops."""
        with suppress(OSError):
            super().write(text)
        return len(text)

    def flush(self) -> None:
        """Sends what was written, or drops it."""
        with suppress(OSError):
            super().flush()


def require_terminal() -> None:
    """Raises `NoTerminalError` unless all three standard streams are a terminal, or a browser is drawn on.

    For a browser textual-serve names a driver of its own, which speaks through pipes.
    """
    if os.environ.get(_DRIVER):
        return
    for name, stream in (
        ("standard input", sys.__stdin__),
        ("standard output", sys.__stdout__),
        ("standard error", sys.__stderr__),
    ):
        if stream is None or not stream.isatty():
            raise NoTerminalError(
                f"the workbench needs a terminal, and {name} is not one. "
                "To solve without one: egcfg-tui solve EXERCISE"
            )


def is_gone() -> bool:
    """Whether the window of the terminal was closed. Not every process in it gets the signal of a hangup."""
    if sys.__stdin__ is None:
        return False
    poll = select.poll()
    poll.register(sys.__stdin__.fileno(), 0)
    return any(events & select.POLLHUP for _, events in poll.poll(0))


def log_path() -> Path | None:
    """Where native messages and unexpected errors go while the screen is up; None: no folder takes them."""
    folder = log_folder()
    return None if folder is None else folder / "tui.log"


def details() -> str:
    """Where a person finds what went wrong, as the end of a sentence."""
    path = log_path()
    return f"details are in {path}" if path else "there is no log: `egcfg-tui doctor` says why"


def log(text: str) -> None:
    """Writes to the log, past Textual, which takes what is printed; a full disk is no reason to fail."""
    with suppress(OSError):
        os.write(2, text.encode("utf-8", "backslashreplace"))


@contextmanager
def guarded_screen(log: Path | None) -> Iterator[None]:
    """Gives the screen a descriptor of its own and sends fd 2 to `log` until the block ends.

    Textual draws on `sys.__stderr__`. A log that cannot be written is replaced by the null device: a full
    disk must not keep the workbench from opening.
    """
    screen_fd = os.dup(2)
    own = ScreenStream(os.fdopen(os.dup(screen_fd), "wb"), encoding="utf-8", errors="replace")
    originals = sys.__stderr__, sys.stderr
    log_fd = _open_log(log)
    log_stream = os.fdopen(os.dup(log_fd), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    try:
        os.dup2(log_fd, 2)
        sys.__stderr__, sys.stderr = own, log_stream  # type: ignore[misc]
        yield
    finally:
        sys.__stderr__, sys.stderr = originals  # type: ignore[misc]
        os.dup2(screen_fd, 2)
        for descriptor in (screen_fd, log_fd):
            os.close(descriptor)
        with suppress(OSError):  # what is still to be drawn, where the window was closed
            own.close()
        log_stream.close()


def _open_log(path: Path | None) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    try:
        if path is None:
            return os.open(os.devnull, os.O_WRONLY)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            flags |= os.O_TRUNC
        return os.open(path, flags, 0o600)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)
