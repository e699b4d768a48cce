"""Where the user was in the list of exercises."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.tui.choosing.filtering import Filter


@dataclass
class Place:
    """Where the user was in the list; it is there again when the list is opened anew."""

    path: Path | None = None
    chosen: Filter = field(default_factory=Filter)
    key: str = ""
