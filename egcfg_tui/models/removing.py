"""Takes a pulled model off the disk."""

from __future__ import annotations

from pathlib import Path

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.folders import models_folder


def is_ours(path: Path) -> bool:
    """Whether a file lies in our own folder, so that no other program uses it."""
    return path.absolute().is_relative_to(models_folder().absolute())


def remove(path: Path) -> None:
    """Removes a model's file for good. Raises `ModelError` for one of another program."""
    if not is_ours(path):
        raise ModelError(f"{path} belongs to another program; remove it with that")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be removed: {error.strerror}") from error
