"""The help: the panel in focus first, then keys, words and signs."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import Static

from egcfg_tui.tui.help import text
from egcfg_tui.tui.help.topics import topic_of
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.screens.panels import PanelsScreen
from egcfg_tui.tui.text import key_name

BORDER_CELLS = 5


class HelpScreen(ModalScreen[None]):
    """Explains the screen that it is opened over."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close"),
    ]

    def __init__(self, keys: Keymap, over: Screen[object]) -> None:
        super().__init__()
        self._keys = keys
        self._over = over

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll(id="help", classes="dialog"):
            yield Static(id="help-text", markup=False)

    def on_mount(self) -> None:
        """Names the dialog."""
        dialog = self.query_one("#help")
        dialog.border_title = "Help"
        dialog.border_subtitle = "esc closes"

    def on_resize(self) -> None:
        """Breaks the text to the width there is."""
        width = self.query_one("#help").size.width - 1
        self.query_one("#help-text", Static).update(help_text(self._over, self._keys, max(24, width)))


def help_text(screen: Screen[object], keys: Keymap, width: int) -> Content:
    """The help for a screen as it stands, broken to `width` cells."""
    topic = topic_of(screen.focused or screen)
    rows = text.topic_rows(topic, width) if topic else []
    if isinstance(screen, PanelsScreen):
        rows += text.command_rows(screen.OFFERED, keys, width)
    else:
        rows += text.key_rows(_bound(screen), width)
    return Content("\n").join([*rows, *text.general_rows(width)])


def _bound(screen: Screen[object]) -> list[tuple[str, str]]:
    """The keys that do something on a screen, as its footer names them."""
    active = {one.binding.action: one.binding for one in screen.active_bindings.values()}
    shown = (binding for binding in active.values() if binding.show)
    return [(key_name(binding.key.partition(",")[0]), binding.description) for binding in shown]
