"""Gives a program its surroundings: its input as a file, and its own text at its path."""

from __future__ import annotations

import _thread
import os
from contextlib import suppress
from typing import Final

PROGRAM_FILE: Final = "program.py"
INPUT_FILE: Final = ".stdin"
"""In the scratch folder; `/dev/stdin` of the small root leads here."""
INPUT_NAMES: Final = ("/dev/stdin", "/dev/fd/0")


def program_path(source: bytes) -> str:
    """The program's `__file__`. Its text lies there where it speaks of that: a file costs a new folder."""
    path = os.path.join(os.getcwd(), PROGRAM_FILE)  # noqa: PTH109, PTH118 (before every run)
    if b"__file__" in source:
        with suppress(OSError), open(path, "wb") as file:  # noqa: PTH123
            file.write(source)
    return path


def give_input(text: bytes, source: bytes) -> None:
    """Makes a text the standard input: a file, as with `python program.py < file`, where one can be had.

    Programs ask it for its size, and read it again from its beginning. It is a pipe without a scratch folder,
    and for what is larger than a file may be. The file has a name only where the program speaks of it.
    """
    try:
        with open(INPUT_FILE, "xb") as file:  # noqa: PTH123 (before every run)
            file.write(text)
        descriptor = os.open(INPUT_FILE, os.O_RDONLY)
    except OSError:
        descriptor, writer = os.pipe()
        # Not one of the threads that the program sees.
        _thread.start_new_thread(_feed, (writer, text))
    if not any(name.encode() in source for name in INPUT_NAMES):
        with suppress(OSError):
            os.unlink(INPUT_FILE)  # noqa: PTH108
    os.dup2(descriptor, 0)
    os.close(descriptor)


def _feed(descriptor: int, text: bytes) -> None:
    with suppress(OSError), os.fdopen(descriptor, "wb") as pipe:
        pipe.write(text)
