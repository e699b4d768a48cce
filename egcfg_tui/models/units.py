"""Sizes as people read them."""

from __future__ import annotations


def megabytes(size_bytes: float) -> str:
    """A size in decimal megabytes (1 MB = 1,000,000 bytes), as on download pages."""
    return f"{size_bytes / 1e6:,.1f} MB"
