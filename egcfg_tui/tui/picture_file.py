"""Where a picture of the screen goes: the downloads, else the current folder, else one of our own."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from platformdirs import user_downloads_path

from egcfg_tui.system.folders import state_folder


class PictureError(Exception):
    """No folder took the picture; the text says why."""


def folders() -> list[Path]:
    """The folders to try, in this order. The downloads are not made where there are none."""
    found = [user_downloads_path()] if user_downloads_path().is_dir() else []
    with suppress(OSError):  # it may have been removed
        found.append(Path.cwd())
    return [*found, state_folder()]


def save(svg: str, places: Sequence[Path] | None = None) -> Path:
    """Writes the picture into the first folder that takes it, never over another. Raises `PictureError`."""
    name = time.strftime("egcfg-tui-%Y%m%d-%H%M%S")
    problem = ""
    for folder in folders() if places is None else places:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return _write(folder, name, svg)
        except OSError as error:
            problem = f"{folder}: {error.strerror}"
    raise PictureError(f"The picture was not saved: {problem}.")


def _write(folder: Path, name: str, svg: str) -> Path:
    number, path = 1, folder / f"{name}.svg"
    while True:
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(svg)
            return path
        except FileExistsError:
            number += 1
            path = folder / f"{name}-{number}.svg"
