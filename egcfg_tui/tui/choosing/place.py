"""Where the user was in the list of exercises."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.tui.choosing.filtering import Filter


@dataclass
class Place:
    """Where the user was in the list, so that the list opens there again."""

    path: Path | None = None
    chosen: Filter = field(default_factory=Filter)
    key: str = ""
