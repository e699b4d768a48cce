"""Removes a model from the disk."""

from __future__ import annotations

from egcfg_tui import models
from egcfg_tui.models import State
from egcfg_tui.models.removing import remove
from egcfg_tui.models.units import megabytes
from egcfg_tui.tui.model_choice.pulls import Pulls
from egcfg_tui.tui.model_choice.rows import ModelRow


def why_kept(row: ModelRow, in_use: str, pulls: Pulls) -> str:
    """Why a model cannot be removed now; empty if it can."""
    if pulls.active and row.name == pulls.name:
        return "This model is being fetched; cancel that first."
    if row.name == in_use:
        return "This model is in use; change to another one first."
    return "" if row.can_be_removed else "There is nothing of this model in egcfg-tui's own folder to remove."


def question(row: ModelRow) -> str:
    """The question to confirm it."""
    size = megabytes(row.partial_bytes or row.size_bytes)
    part = "the part that arrived of " if row.state is State.PARTIAL else ""
    return f"Remove {part}{row.name} ({size}) from this disk?"


def remove_model(row: ModelRow) -> None:
    """Removes the part that arrived, or the whole file. Raises `ModelError`."""
    if row.state is State.PARTIAL and row.entry is not None:
        models.discard(row.entry)
    elif row.path is not None:
        remove(row.path)
