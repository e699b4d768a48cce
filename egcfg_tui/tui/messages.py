"""What screens tell the application."""

from __future__ import annotations

from pathlib import Path

from textual.message import Message


class RunChosen(Message):
    """The user wants to see the run whose recording lies at `path`."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
