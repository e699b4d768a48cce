"""Data goes out here: the only module that writes standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text


class ReaderGone(Exception):
    """Nobody reads standard output any more; the command ends quietly."""


def is_terminal() -> bool:
    """Whether a person looks at standard output."""
    return sys.stdout is not None and sys.stdout.isatty()


def emit(text: str) -> None:
    """Writes text and a final newline where it lacks one.

    What the terminal's encoding cannot carry (lone surrogates, for one) goes out as a backslash escape.
    """
    _write(text if text.endswith("\n") else text + "\n")


def emit_lines(lines: Sequence[Text]) -> None:
    """Writes styled lines: with colours to a terminal, plain anywhere else."""
    if not is_terminal():
        for line in lines:
            emit(line.plain)
        return
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as capture:
        for line in lines:
            console.print(line, soft_wrap=True)
    _write(capture.get())


def emit_rendered(renderables: Iterable[RenderableType]) -> None:
    """Writes tables and charts as wide as the terminal, or 80 columns; in colours to a terminal only."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as capture:
        for renderable in renderables:
            console.print(renderable)
    _write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def emit_json(value: object) -> None:
    """Writes one JSON value on one line, in ASCII so that every text survives every encoding."""
    _write(json.dumps(value) + "\n")


def flush() -> None:
    """Hands everything written to the reader, so that failing to do so is noticed here and not at exit."""
    _write("")


def abandon() -> None:
    """Drops what is still buffered: the interpreter would otherwise complain about it at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # there is no file descriptor behind standard output, hence nothing to complain about
    finally:
        os.close(null)


def _write(text: str) -> None:
    if sys.stdout is None:
        return
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise ReaderGone from error
    except OSError as error:
        abandon()
        raise CommandError(
            f"standard output cannot be written: {error.strerror}", ExitCode.MODEL_OR_DATA
        ) from error
