"""The row that names the panels which take turns in a narrow terminal, with their keys."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from egcfg_tui.tui.styles import MUTED

GAP = 2


class PanelTabs(Widget):
    """One row; the panel that is shown stands out. A click asks for another."""

    DEFAULT_CSS = "PanelTabs { height: 1; }"

    class Clicked(Message):
        """The user pointed at a panel."""

        def __init__(self, panel: str) -> None:
            super().__init__()
            self.panel = panel

    def __init__(self, panels: Sequence[tuple[str, str]], *, id: str) -> None:  # noqa: A002 - Textual's own
        """`panels`: the id of each panel, and its key. The first is shown at first."""
        super().__init__(id=id)
        self._panels = tuple(panels)
        self._shown = self._panels[0][0]

    def turn_to(self, panel: str) -> None:
        """Says that another panel is shown."""
        self._shown = panel
        self.refresh()

    def on_click(self, event: Click) -> None:
        """Tells which panel was meant."""
        offset, at = event.get_content_offset(self), 1
        for panel, key in self._panels:
            at += len(key) + 1 + len(panel) + GAP
            if offset is not None and offset.x < at:
                self.post_message(self.Clicked(panel))
                return

    def render(self) -> Content:
        """The names with their keys."""
        parts = [Content(" ")]
        for panel, key in self._panels:
            style = "bold $text-primary" if panel == self._shown else MUTED
            parts += [Content.styled(f"{key} ", "$text-primary"), Content.styled(panel.capitalize(), style)]
            parts.append(Content(" " * GAP))
        return Content("").join(parts).truncate(max(1, self.size.width), ellipsis=True)
