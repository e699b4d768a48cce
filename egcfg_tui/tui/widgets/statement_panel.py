"""The exercise's statement."""

from __future__ import annotations

from textual.content import Content
from textual.geometry import Size

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.text import reflowed
from egcfg_tui.tui.view import SolveView
from egcfg_tui.tui.widgets.lines import LinesPanel, wrapped


class StatementPanel(LinesPanel):
    """Prose, wrapped to the panel, which is as high as its text until that takes half the column."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._text = ""
        self._redraw = self._wrap
        self.set_title("Exercise")

    def show(self, view: SolveView) -> None:
        """Draws the statement of the view."""
        text = reflowed(visible(view.statement.strip()))
        if text != self._text:
            self._text = text
            self.scroll_home(animate=False)
            self._wrap()
            self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """The rows that the text takes; asked for by the layout."""
        return len(self._rows(width - 1))

    def _wrap(self) -> None:
        self.set_lines(self._rows(self.line_width))

    def _rows(self, width: int) -> list[Content]:
        rows: list[Content] = []
        for line in self._text.split("\n"):
            rows += wrapped(Content(line), width, 1) or [Content("")]
        return rows
