"""Where choices and logs go, and whether a folder can be written to."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from platformdirs import user_config_path, user_state_path

_NAME: Final = "egcfg-tui"


def config_folder() -> Path:
    """Where the user's choices and keys belong."""
    return user_config_path(_NAME, appauthor=False)


def state_folder() -> Path:
    """The user's folder for state, by the rules of the operating system."""
    return user_state_path(_NAME, appauthor=False)


def log_folder() -> Path | None:
    """The state folder, or else a folder of the user's own among the temporary files.

    None when neither can be written to: a missing log is no reason to fail.
    """
    if _can_hold_logs(state_folder()):
        return state_folder()
    try:
        spare = Path(tempfile.gettempdir()) / f"{_NAME}-{os.getuid()}"
    except OSError:
        return None
    return spare if _can_hold_logs(spare) and _is_own(spare) else None


def why_unwritable(folder: Path) -> str | None:
    """Why a folder cannot be written to; None when it can.

    The function tries it: it makes missing folders and a temporary file, and removes them again.
    """
    missing = []
    for part in (folder, *folder.parents):
        if part.exists():
            break
        missing.append(part)
    made: list[Path] = []
    try:
        for part in reversed(missing):
            part.mkdir(mode=0o700)
            made.append(part)
        with tempfile.TemporaryFile(dir=folder):
            return None
    except OSError as error:
        return error.strerror or str(error)
    finally:
        for part in reversed(made):
            part.rmdir()


def _can_hold_logs(folder: Path) -> bool:
    """Makes the folder if it is missing; returns whether files can be written to it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    return why_unwritable(folder) is None


def _is_own(folder: Path) -> bool:
    """Whether the folder belongs to this user and nobody else can write to it."""
    state = folder.lstat()
    own = stat.S_ISDIR(state.st_mode) and state.st_uid == os.getuid()
    return own and not stat.S_IMODE(state.st_mode) & 0o022
