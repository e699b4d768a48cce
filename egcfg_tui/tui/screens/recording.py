"""A recorded run, as text to read."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from egcfg_tui.runs import RecordingError, read_recording
from egcfg_tui.runs.report import markdown
from egcfg_tui.terminal_text import visible


class RecordingScreen(ModalScreen[None]):
    """The report of one run."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Close")]

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def compose(self) -> ComposeResult:
        """One long text."""
        with VerticalScroll(id="recording", classes="dialog"):
            yield Static(Content("reading…"), id="recording-text", markup=False)

    def on_mount(self) -> None:
        """Names the dialog and reads the run."""
        dialog = self.query_one("#recording")
        dialog.border_title = "Recording"
        dialog.border_subtitle = "esc closes"
        self._read()

    @work(thread=True, exit_on_error=False)
    def _read(self) -> None:
        """Reads in a thread: a recording can be long or lie on a slow disk."""
        try:
            text = markdown(read_recording(self._path))
        except RecordingError as error:
            text = str(error)
        self.app.call_from_thread(self._show, text)

    def _show(self, text: str) -> None:
        self.query_one("#recording-text", Static).update(Content(visible(text)))
