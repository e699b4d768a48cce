"""Sizes as people read them."""

from __future__ import annotations


def megabytes(size_bytes: float) -> str:
    """A size in decimal megabytes, as download pages give it."""
    return f"{size_bytes / 1e6:,.1f} MB"
