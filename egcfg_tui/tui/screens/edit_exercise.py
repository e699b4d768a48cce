"""An exercise in the making: written, pasted, or changed in the user's own editor."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static, TextArea

from egcfg_tui.exercises import Exercise, ExerciseError
from egcfg_tui.exercises.drafts import Draft
from egcfg_tui.exercises.pasting import as_toml
from egcfg_tui.system.editor import EditorError
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.editing import edited_in_editor
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter

_LINE: Final = re.compile(r"line (\d+)")


class _Text(TextArea):
    """Undo and redo begin at the top: Textual breaks where its cursor is below the text that comes back."""

    def undo(self) -> None:
        """Takes the last change back."""
        self.move_cursor((0, 0))
        super().undo()

    def redo(self) -> None:
        """Makes the change again."""
        self.move_cursor((0, 0))
        super().redo()


class EditExerciseScreen(Screen[Exercise | None]):
    """Dismissed with the exercise once it is saved.

    Every change is kept in the draft at once: whatever ends the workbench, nothing typed is lost.
    """

    AUTO_FOCUS = "#exercise-text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", "Save", priority=True),
        Binding("ctrl+o", "editor", "Your editor", priority=True),
        Binding("escape", "leave", "Back", priority=True),
    ]

    def __init__(self, draft: Draft, start: str) -> None:
        super().__init__()
        self._draft = draft
        self._start = start
        self._kept = start

    def compose(self) -> ComposeResult:
        """Title, text, what is wrong with it, keys."""
        yield Bar(id="edit-title")
        yield _Text(
            self._begin(), id="exercise-text", show_line_numbers=True, tab_behavior="indent", soft_wrap=False
        )
        yield Static(id="mistakes", markup=False)
        yield FittingFooter()

    def on_mount(self) -> None:
        """Says what is edited."""
        target = self._draft.target
        name = f"Change {target.name}" if target else "A new exercise"
        note = "going on with the draft of last time" if self._kept != self._start else ""
        self.query_one("#edit-title", Bar).set_parts(
            Content.styled(name, "bold"), Content.styled(note or "write, or paste over all of it", MUTED)
        )

    def on_text_area_changed(self) -> None:
        """Keeps what was typed."""
        self._keep()

    def action_save(self) -> None:
        """Saves the exercise; with mistakes in it, tells all of them and goes to the first."""
        area = self.query_one(TextArea)
        try:
            toml = as_toml(area.text)
            if toml != area.text:
                self._put(toml)
            exercise = self._draft.save(toml)
        except ExerciseError as error:
            self._complain(
                str(error).replace(f"{self._draft.path}, ", "").replace(f"{self._draft.path}: ", "")
            )
        except OSError as error:
            self._complain(f"{error.filename}: cannot be written: {error.strerror}; the text stays here")
        else:
            self.dismiss(exercise)

    def action_editor(self) -> None:
        """Lends the terminal to the user's own editor."""
        area = self.query_one(TextArea)
        try:
            text = edited_in_editor(self.app, area.text, ".toml")
        except (EditorError, OSError) as error:
            self._complain(str(error))
        else:
            if text != area.text:
                self._put(text)

    def action_leave(self) -> None:
        """Goes back. A text that was changed stays as a draft, an empty one is forgotten."""
        text = self.query_one(TextArea).text
        if text == self._start or not text.strip():
            self._draft.discard()
        elif self._keep():
            self.notify("The draft is kept: the same key goes on with it.", markup=False)
        self.dismiss(None)

    def _begin(self) -> str:
        """The draft of an earlier time, else the text to begin with."""
        if self._draft.is_kept:
            try:
                self._kept = self._draft.text()
            except OSError:
                self._draft = self._draft.unused()
        return self._kept

    def _keep(self) -> bool:
        """Writes the text down; says why it cannot be."""
        text = self.query_one(TextArea).text
        if text == self._kept:
            return True
        try:
            self._draft.keep(text)
        except OSError as error:
            self._complain(f"{error.filename}: the draft cannot be kept: {error.strerror}")
            return False
        self._kept = text
        self._complain("")
        return True

    def _put(self, text: str) -> None:
        """Replaces the text, in a way that ctrl+z takes back."""
        area = self.query_one(TextArea)
        area.replace(text, (0, 0), area.document.end)
        area.move_cursor((0, 0))
        self._keep()

    def _complain(self, text: str) -> None:
        problem = self.query_one("#mistakes", Static)
        problem.display = bool(text)
        problem.update(Content(visible(text)))
        if found := _LINE.search(text):
            self.query_one(TextArea).move_cursor((int(found[1]) - 1, 0))
