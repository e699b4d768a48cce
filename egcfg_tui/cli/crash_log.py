"""Where the details of an unexpected error go."""

from __future__ import annotations

import os
import platform
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from egcfg_tui import __version__


def write(error: BaseException, argv: Sequence[str]) -> Path | None:
    """Writes the traceback to a new file in the user's state folder; None if no folder takes it."""
    from platformdirs import user_state_path

    text = "\n".join(
        [
            f"egcfg-tui {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"arguments: {list(argv)!r}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    name = f"error-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    for folder in (user_state_path("egcfg-tui", appauthor=False) / "logs", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return folder / name
    return None


def describe(error: BaseException, path: Path | None) -> str:
    """The one line the user sees."""
    what = traceback.format_exception_only(error)[-1].strip().splitlines()[0]
    where = f"details are in {path}" if path else "no folder could take a log file"
    return f"unexpected error: {what}; {where}"
