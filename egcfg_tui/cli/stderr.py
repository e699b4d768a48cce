"""Writes narration to standard error; no other module writes there."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from rich.console import Console


def is_terminal() -> bool:
    """Whether standard error is a terminal."""
    return sys.stderr is not None and sys.stderr.isatty()


class _Unfailing:
    """Standard error that never raises an error.

    A closed terminal must not end a solve before its recording is complete. Characters that the encoding
    lacks are written as backslash escapes.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        encoding = self._stream.encoding or "utf-8"
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def narrate(text: str) -> None:
    """Tells the user one thing, as plain text."""
    if sys.stderr is None:
        return
    stream = _Unfailing(sys.stderr)
    stream.write(text + "\n")
    stream.flush()


def ask(question: str) -> str:
    """Asks a question and returns the user's answer without spaces around it; `q` if there is no answer."""
    if sys.stderr is not None:
        stream = _Unfailing(sys.stderr)
        stream.write(question)
        stream.flush()
    return (sys.stdin.readline() or "q").strip()


def fail(message: str) -> None:
    """Tells the user why the command fails."""
    narrate(f"egcfg-tui: {message}")


def console() -> Console:
    """A console on standard error for progress and tables.

    Texts of models, exercises and paths must be printed with `markup=False` or as `rich.text.Text`: square
    brackets in them are not styles.
    """
    from rich.console import Console

    return Console(file=cast(TextIO, _Unfailing(sys.stderr)), stderr=True, highlight=False)
