"""The keys, and what the signs on the screen mean."""

from __future__ import annotations

from itertools import groupby
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from egcfg_tui.tui import keymap, marks
from egcfg_tui.tui.commands import COMMANDS
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import key_name
from egcfg_tui.tui.widgets.code_panel import SWAYED

KEY_CELLS = 12


class HelpScreen(ModalScreen[None]):
    """Shows the user's own keys where they differ from the built-in ones."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1", "dismiss", "Close"),
    ]

    def __init__(self, keys: Keymap) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll(id="help", classes="dialog"):
            yield Static(help_text(self._keys), markup=False)

    def on_mount(self) -> None:
        """Names the dialog."""
        dialog = self.query_one("#help")
        dialog.border_title = "Help"
        dialog.border_subtitle = "esc closes"


def help_text(keys: Keymap) -> Content:
    """Keys by group, then the signs."""
    rows: list[Content] = []
    for group, commands in groupby(COMMANDS, key=lambda command: command.group):
        rows.append(_heading(group))
        for command in commands:
            names = " ".join(key_name(key) for key in keys.of(command.id))
            rows.append(_row(Content.styled(f"{names:<{KEY_CELLS}}", "bold $text-primary"), command.help))
        rows.append(Content(""))
    rows.append(_heading("Panels"))
    rows.append(_row(_name("tab"), "next panel; shift+tab the one before; arrows scroll in it"))
    rows.append(_row(_name("ctrl+p"), "all commands and themes"))
    rows.append(Content(""))
    rows.append(_heading("Signs"))
    rows += [_row(_sign(mark), mark.word) for mark in (marks.PENDING, *marks.MARKS.values())]
    rows.append(_row(_name("A B C"), "candidates with one letter share an executable prefix"))
    rows.append(_row(_name("▸"), "the chosen line is this candidate's"))
    rows.append(_row(_name(SWAYED), "guidance chose otherwise than the model alone"))
    rows.append(_row(_name("~"), "a token that a candidate had already, not decoded anew"))
    rows.append(Content(""))
    rows.append(_heading("Signs of compared tasks"))
    rows += [_row(_sign(mark), mark.word) for mark in (*marks.OUTCOMES.values(), marks.RUNNING)]
    rows.append(Content(""))
    rows.append(_heading("Your own keys"))
    rows.append(Content(f"  {keymap.default_path()}"))
    rows.append(Content.styled('  [keys]\n  start = "s"\n  stop = ["x", "ctrl+x"]', MUTED))
    rows.append(Content.styled("  commands: " + ", ".join(command.id for command in COMMANDS), MUTED))
    return Content("\n").join(rows)


def _heading(text: str) -> Content:
    return Content.styled(text, "bold")


def _name(text: str) -> Content:
    return Content.styled(f"{text:<{KEY_CELLS}}", "bold $text-primary")


def _sign(mark: marks.Mark) -> Content:
    return mark.content + Content(" " * (KEY_CELLS - 1))


def _row(left: Content, text: str) -> Content:
    return Content("").join([Content("  "), left, Content(text)])
