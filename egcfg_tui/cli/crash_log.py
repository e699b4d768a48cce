"""Writes the details of an unexpected error to a log file."""

from __future__ import annotations

import os
import platform
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from egcfg_tui import __version__


def write(error: BaseException, argv: Sequence[str]) -> Path | None:
    """Writes the traceback to a new log file and returns its path; None if no folder can be written to."""
    from egcfg_tui.system.folders import log_folder

    text = "\n".join(
        [
            f"egcfg-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"arguments: {list(argv)!r}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    name = f"error-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    folder = log_folder()
    if folder is None:
        return None
    path = folder / "logs" / name
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError:
        return None
    return path


def describe(error: BaseException, path: Path | None) -> str:
    """The line that the user sees."""
    what = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
    where = f"details are in {path}" if path else "no log could be written"
    return f"unexpected error: {what}; {where}"
