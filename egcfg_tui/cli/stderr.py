"""Narration goes out here: the only module that writes standard error."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


def is_terminal() -> bool:
    """Whether a person watches the narration."""
    return sys.stderr is not None and sys.stderr.isatty()


def narrate(text: str) -> None:
    """Tells the user one thing, as plain text. A closed standard error must not end the command."""
    if sys.stderr is None:
        return
    encoding = sys.stderr.encoding or "utf-8"
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        sys.stderr.flush()


def fail(message: str) -> None:
    """Tells the user why the command ends."""
    narrate(f"egcfg-tui: {message}")


def console() -> Console:
    """A console on standard error for progress and tables.

    Texts of models, exercises and paths must be printed with `markup=False` or as `rich.text.Text`: square
    brackets in them are not styles.
    """
    from rich.console import Console

    return Console(file=sys.stderr, stderr=True, highlight=False)
