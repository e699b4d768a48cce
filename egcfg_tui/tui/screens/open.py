"""Opens another exercise: one of the bundled ones, or a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line

FILE_ENDINGS: Final = (".toml", ".jsonl", ".json")


class OpenScreen(ModalScreen[Exercise | None]):
    """Typing filters the bundled exercises; a path or `FILE#ID` is read on Enter.

    A file that cannot be read leaves the screen open with the reason below the input.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
    ]

    def __init__(self, bundled: Callable[[], tuple[Exercise, ...]], load: Callable[[str], Exercise]) -> None:
        super().__init__()
        self._bundled = bundled
        self._load = load
        self._exercises: tuple[Exercise, ...] = ()

    def compose(self) -> ComposeResult:
        """An input above the list of what it matches."""
        with Vertical(id="open", classes="dialog"):
            yield Input(placeholder="type to filter, or a path: FILE.toml, FILE.jsonl#ID", id="reference")
            yield OptionList(id="exercises", markup=False)
            yield Static(id="problem", markup=False)
            yield Static("enter opens · ↑↓ choose · esc closes · ● how hard", id="open-keys", markup=False)

    def on_mount(self) -> None:
        """Lists the bundled exercises."""
        self.query_one("#open").border_title = "Open an exercise"
        self.query_one(OptionList).can_focus = False
        try:
            self._exercises = self._bundled()
        except ExerciseError as error:
            self._complain(str(error))
        self._list("")

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrows the list to what was typed."""
        self._complain("")
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Opens the highlighted exercise, or reads the path."""
        reference = event.value.strip()
        options = self.query_one(OptionList)
        if options.highlighted is not None and not _is_path(reference):
            self._open_option(options.get_option_at_index(options.highlighted))
        elif reference:
            self._read(str(Path(reference).expanduser()))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Opens the exercise that was clicked."""
        self._open_option(event.option)

    def action_move(self, steps: int) -> None:
        """Moves the highlight while the input keeps the focus."""
        options = self.query_one(OptionList)
        if steps > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_close(self) -> None:
        """Leaves everything as it was."""
        self.dismiss(None)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _read(self, reference: str) -> None:
        """Reads a file in a thread: a data set can be large or lie on a slow disk."""
        try:
            exercise = self._load(reference)
        except (ExerciseError, OSError) as error:
            self.app.call_from_thread(self._complain, str(error))
        else:
            self.app.call_from_thread(self.dismiss, exercise)

    def _open_option(self, option: Option) -> None:
        self.dismiss(next(exercise for exercise in self._exercises if exercise.id == option.id))

    def _complain(self, text: str) -> None:
        problem = self.query_one("#problem", Static)
        problem.display = bool(text)
        problem.update(Content(visible(text)))

    def _list(self, typed: str) -> None:
        words = typed.lower().split()
        found = [
            exercise
            for exercise in self._exercises
            if all(word in f"{exercise.id} {exercise.title}".lower() for word in words)
        ]
        options = self.query_one(OptionList)
        options.clear_options()
        width = max((len(exercise.title) for exercise in self._exercises), default=0)
        options.add_options(Option(_label(exercise, width), id=exercise.id) for exercise in found)
        options.highlighted = 0 if found else None


def _label(exercise: Exercise, width: int) -> Content:
    level = "●" * exercise.level
    return Content("").join(
        [
            Content(f"{one_line(exercise.title):<{width}}  "),
            Content.styled(f"{level:<5}  ", "$text-primary"),
            Content.styled(exercise.kind.value, MUTED),
        ]
    )


def _is_path(text: str) -> bool:
    return "/" in text or "#" in text or "\\" in text or text.lower().endswith(FILE_ENDINGS)
