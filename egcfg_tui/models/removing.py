"""Deletes the file of a pulled model."""

from __future__ import annotations

from pathlib import Path

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.folders import models_folder


def is_ours(path: Path) -> bool:
    """Whether a file lies in this program's own folder of models, so that no other program uses it."""
    return path.absolute().is_relative_to(models_folder().absolute())


def remove(path: Path) -> None:
    """Deletes a model's file for good.

    Raises `ModelError` if it lies in the folder of another program, or cannot be deleted.
    """
    if not is_ours(path):
        raise ModelError(f"{path} belongs to another program; remove it with that program")
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ModelError(f"{path}: cannot be removed: {error.strerror}") from error
