"""A question before something that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from egcfg_tui.terminal_text import visible


class QuestionScreen(ModalScreen[bool]):
    """Dismissed with True by `y`, with False by `n` or escape."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "dismiss(True)", "Yes"),
        Binding("n,escape", "dismiss(False)", "No"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        """The question and its two answers."""
        with Vertical(id="question", classes="dialog"):
            yield Static(Content(visible(self._question)))
            yield Static("y yes · n no", classes="dialog-keys", markup=False)
