"""Writes data to standard output; no other module writes there."""

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
    """The reader of standard output has gone; the command ends without a message."""


def is_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def emit(text: str) -> None:
    """Writes a text and, if it has none, a final newline.

    Characters that the encoding lacks, such as lone surrogates, are written as backslash escapes.
    """
    _write(text if text.endswith("\n") else text + "\n")


def emit_lines(lines: Sequence[Text]) -> None:
    """Writes styled lines: with colours to a terminal, otherwise as plain text."""
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
    """Writes tables and charts as wide as the terminal, otherwise 80 columns wide and without colours."""
    from rich.console import Console

    console = Console(highlight=False)
    with console.capture() as capture:
        for renderable in renderables:
            console.print(renderable)
    _write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def emit_json(value: object) -> None:
    """Writes one JSON value on one line, in ASCII, so that no encoding damages a text."""
    _write(json.dumps(value) + "\n")


def flush() -> None:
    """Flushes standard output, so that an error is noticed here and not when the interpreter exits."""
    _write("")


def abandon() -> None:
    """Drops buffered output, about which the interpreter would complain at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(null, sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return  # standard output has no file descriptor, so the interpreter will not complain
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
