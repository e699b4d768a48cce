"""Styles that several parts of the screen share."""

from __future__ import annotations

from typing import Final

MUTED: Final = "$foreground 55%"
"""Beside the matter: numbers of lines, units, hints."""

NOTE: Final = f"not bold {MUTED}"
"""A note behind a panel's title."""

RULE: Final = "$foreground 25%"
"""Lines that only part things."""
