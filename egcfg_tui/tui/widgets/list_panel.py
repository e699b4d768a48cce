"""A panel whose rows are chosen from with the arrows."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from egcfg_tui.tui.widgets.lines import LinesPanel


class ListPanel(LinesPanel, inherit_bindings=False):
    """The arrows move what is chosen, which the screen decides; pages scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", "The one before", show=False),
        Binding("down", "move(1)", "The next one", show=False),
        Binding("pageup", "page_up", "Page up", show=False),
        Binding("pagedown", "page_down", "Page down", show=False),
        Binding("left", "scroll_left", "Scroll left", show=False),
        Binding("right", "scroll_right", "Scroll right", show=False),
    ]

    class Moved(Message):
        """The user asked for the one so many steps on."""

        def __init__(self, panel: ListPanel, steps: int) -> None:
            super().__init__()
            self.panel = panel
            self.steps = steps

    def action_move(self, steps: int) -> None:
        """Asks for another row."""
        self.post_message(self.Moved(self, steps))
