"""A line to type into: words to look for, or a path that grows by what there is."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from egcfg_tui.tui.choosing.paths import Completion, completed, completions, is_path


class PathBox(Input):
    """`offers` are the files and folders that a typed path may become, as of the last `look`."""

    def __init__(self, hint: str, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(placeholder=hint, id=id, select_on_focus=False)
        self.offers: list[Completion] = []

    @property
    def is_path(self) -> bool:
        """Whether a path is typed, and not words."""
        return is_path(self.value)

    def look(self) -> None:
        """Looks what a typed path may become."""
        self.offers = completions(self.value) if self.is_path else []

    def begin_path(self) -> None:
        """Lets the user type a path, from the current folder on."""
        self.focus()
        self._put("./")

    def complete(self, at: int) -> None:
        """Grows the path as far as all offers agree; where they do not, to the offer at this place."""
        grown = completed(self.value, self.offers)
        self._put(grown if grown != self.value else self.offers[at].text)

    def reference(self, at: int | None) -> str:
        """What is typed, where it is there; else the offer at this place."""
        typed = self.value.strip()
        there = Path(typed).expanduser().exists()
        if self.offers and at is not None and (not there or (typed.endswith("/") and at)):
            return self.offers[at].text
        return typed

    def _put(self, text: str) -> None:
        self.value = text
        self.cursor_position = len(text)
