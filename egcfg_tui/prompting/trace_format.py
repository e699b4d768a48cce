"""How much of a run a signal tells."""

from __future__ import annotations

from enum import StrEnum


class TraceFormat(StrEnum):
    """The formats of arXiv 2506.10948."""

    FULL = "full"
    """The values that variables went through."""
    MINIMAL = "minimal"
    """The last state only."""
