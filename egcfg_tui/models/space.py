"""Checks the free space on the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

from egcfg_tui.models.errors import SourceError
from egcfg_tui.models.units import megabytes


def ensure_space(folder: Path, needed_bytes: int) -> None:
    """Raises `SourceError` before a download that needs more than the free space."""
    free = shutil.disk_usage(folder).free
    if free < needed_bytes:
        raise SourceError(
            f"not enough room in {folder}: {megabytes(needed_bytes)} are needed, {megabytes(free)} are free"
        )
