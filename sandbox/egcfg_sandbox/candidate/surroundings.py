"""What a program finds around it: its input as a file, and its own text where it is said to lie."""

from __future__ import annotations

import os
import resource
from contextlib import suppress
from typing import Final

PROGRAM_FILE: Final = "program.py"
INPUT_FILE: Final = ".stdin"
"""In the scratch folder; `/dev/stdin` of the small root leads here."""
INPUT_NAMES: Final = ("/dev/stdin", "/dev/fd/0")
_PIECE: Final = 1 << 16


def program_path(source: bytes) -> str:
    """The program's `__file__`. Its text lies there where it speaks of that: a file costs a new folder."""
    path = os.path.join(os.getcwd(), PROGRAM_FILE)  # noqa: PTH109, PTH118 (before every run)
    if b"__file__" in source:
        with suppress(OSError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o400)
            try:
                os.write(descriptor, source)
            finally:
                os.close(descriptor)
    return path


def input_as_file(size: int, source: bytes) -> bool:
    """Puts the input, which comes by a pipe, into a file, as `python program.py < file` would.

    Programs ask it for its size, and read it again from its beginning. It stays a pipe where no file can be
    had: without a scratch folder, and where it is larger than a file may be. The file has a name only where
    the program speaks of it.
    """
    if size > resource.getrlimit(resource.RLIMIT_FSIZE)[0]:
        return False
    try:
        descriptor = os.open(INPUT_FILE, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError:
        return False
    try:
        if size:
            os.posix_fallocate(descriptor, 0, size)
    except OSError:
        os.close(descriptor)
        os.unlink(INPUT_FILE)  # noqa: PTH108 (before every run)
        return False
    while piece := os.read(0, _PIECE):
        while piece:
            piece = piece[os.write(descriptor, piece) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.dup2(descriptor, 0, inheritable=True)
    os.close(descriptor)
    if not any(name.encode() in source for name in INPUT_NAMES):
        os.unlink(INPUT_FILE)  # noqa: PTH108
    return True
