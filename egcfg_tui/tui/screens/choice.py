"""A screen with a list to choose from and a line to type into: what those have in common."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen, ScreenResultType
from textual.widgets import OptionList, Static

from egcfg_tui.terminal_text import visible


class ChoiceScreen(Screen[ScreenResultType]):
    """Has one `OptionList`, and a `Static` with the id `problem`."""

    def action_move(self, steps: int) -> None:
        """Moves the highlight while the line to type into keeps the focus."""
        options = self.query_one(OptionList)
        if steps > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def _complain(self, text: str) -> None:
        """Says what is wrong; nothing for an empty text."""
        problem = self.query_one("#problem", Static)
        problem.display = bool(text)
        problem.update(Content(visible(text)))
