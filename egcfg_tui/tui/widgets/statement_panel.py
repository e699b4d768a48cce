"""The exercise's statement."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from egcfg_tui.tui.state import SolveView
from egcfg_tui.tui.text import reflowed, visible


class StatementPanel(VerticalScroll, can_focus=True):
    """Prose, wrapped to the panel."""

    BORDER_TITLE = "Exercise"
    ALLOW_MAXIMIZE = True

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._text = Static(markup=False)
        self._shown: str | None = None

    def compose(self) -> ComposeResult:
        """The one text."""
        yield self._text

    def show(self, view: SolveView) -> None:
        """Draws the statement of the view."""
        if self._shown != view.statement:
            self._shown = view.statement
            self._text.update(Content(reflowed(visible(view.statement.strip()))))
            self.scroll_home(animate=False)
