"""Remembers the files and folders from which exercises were opened most recently."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Final

from egcfg_tui.system.folders import state_folder

MOST: Final = 20
"""How many files and folders are remembered."""


def recent_files() -> list[Path]:
    """The remembered files and folders that still exist, the latest first."""
    return [path for path in _remembered() if path.exists()]


def remember(path: Path) -> None:
    """Makes a file or folder the latest one. If the list cannot be written, it stays as it is."""
    path = path.expanduser().absolute()
    if "\n" in str(path):
        return
    kept = [path, *(other for other in _remembered() if other != path)][:MOST]
    file = _file()
    with suppress(OSError, UnicodeError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file.write_text("".join(f"{path}\n" for path in kept), encoding="utf-8")


def file_of(source: str) -> Path | None:
    """The file or folder that an exercise came from; None for a bundled one."""
    if not source or source.startswith("bundled/"):
        return None
    path = Path(source)
    file, mark, _ = source.rpartition("#")
    return Path(file) if mark and not path.exists() else path


def _file() -> Path:
    return state_folder() / "recent-exercises.txt"


def _remembered() -> list[Path]:
    try:
        return [Path(line) for line in _file().read_text(encoding="utf-8").split("\n") if line]
    except (OSError, UnicodeError):
        return []
