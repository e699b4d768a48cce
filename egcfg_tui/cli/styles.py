"""The styles of all output for people."""

from __future__ import annotations

from typing import Final

GOOD: Final = "green"
BAD: Final = "red"
FAINT: Final = "dim"
