"""Chooses an exercise: a bundled one, one of the user's own, or one of a file or folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import get_current_worker

from egcfg_tui.exercises import Exercise, ExerciseError
from egcfg_tui.exercises.drafts import TEMPLATE, Draft, draft_of, new_draft
from egcfg_tui.exercises.recent import file_of, remember
from egcfg_tui.runs import is_recording
from egcfg_tui.tui.choosing import words
from egcfg_tui.tui.choosing.filtering import Filter
from egcfg_tui.tui.choosing.paths import holds_many, is_path, shortened
from egcfg_tui.tui.choosing.place import Place
from egcfg_tui.tui.choosing.reading import read_rows
from egcfg_tui.tui.choosing.rows import ExerciseRow, FileRow, Row
from egcfg_tui.tui.messages import RunChosen
from egcfg_tui.tui.screens.choice import ChoiceScreen
from egcfg_tui.tui.screens.edit_exercise import EditExerciseScreen
from egcfg_tui.tui.services import Services
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter
from egcfg_tui.tui.widgets.path_box import PathBox

_HINT: Final = "/ finds words of any column, or opens a path: FILE, FOLDER, FILE#ID"


class ExercisesScreen(ChoiceScreen[Exercise | None]):
    """Dismissed with the exercise to open. `place` is where the list begins, and is kept up to date."""

    AUTO_FOCUS = "#exercises"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "Open", priority=True),
        Binding("tab", "complete", "Complete", priority=True),
        Binding("slash", "find", "Find"),
        Binding("o", "path", "Path"),
        Binding("k", "turn('kind')", "Kind"),
        Binding("l", "turn('level')", "Level"),
        Binding("s", "turn('state')", "State"),
        Binding("n", "new", "New"),
        Binding("e", "edit", "Edit"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(self, services: Services, place: Place) -> None:
        super().__init__()
        self._services = services
        self._place = place
        self._rows: list[Row] = []
        self._shown: list[Row] = []
        self._reading = True
        self._sought = ""
        """The row to highlight as soon as it is read."""

    def compose(self) -> ComposeResult:
        """What to look for, the filter, the rows, the highlighted one in short."""
        yield Bar(id="exercises-title")
        yield PathBox(_HINT, id="reference")
        yield Static(words.heading(), id="columns")
        with Horizontal(id="exercises-body"):
            yield OptionList(id="exercises", markup=False)
            with VerticalScroll(id="exercise-box", can_focus=False):
                yield Static(id="exercise-detail", markup=False)
        yield Static(id="problem", markup=False)
        yield FittingFooter()

    def on_mount(self) -> None:
        """Shows where the user was."""
        self.query_one(PathBox).value = self._place.chosen.text
        self._go_to(self._place.path, self._place.chosen, self._place.key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that the user types into the path or the words are none of the screen's."""
        box = self.query_one(PathBox) if self.is_mounted else None
        typing = box is not None and box.has_focus
        if action == "complete":
            return typing
        return not typing if action in ("find", "path", "turn", "new", "edit") else True

    def on_descendant_focus(self) -> None:
        """Other keys apply."""
        self.refresh_bindings()

    def on_key(self) -> None:
        """After a key the highlight no longer jumps to the remembered row when that is read."""
        self._sought = ""

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrows the list, or offers what a path may become."""
        self._complain("")
        if not is_path(event.value):
            self._place.chosen = replace(self._place.chosen, text=event.value)
        self._list()

    def on_option_list_option_highlighted(self) -> None:
        """Tells what the row stands for."""
        row = self._highlighted()
        if row is not None and not self._sought:
            self._place.key = row.key
        self.query_one("#exercise-detail", Static).update(words.details(row))
        self.query_one("#exercise-box").scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Opens the row that was clicked."""
        event.option_list.highlighted = event.option_index
        self.action_open()

    def action_open(self) -> None:
        """Opens the exercise, lists the file, or takes the path that was typed as far as it goes."""
        box = self.query_one(PathBox)
        if box.is_path:
            self._enter(box.reference(self.query_one(OptionList).highlighted))
            return
        match self._highlighted():
            case ExerciseRow(exercise, _):
                self._choose(exercise)
            case FileRow(path):
                self._enter(str(path))

    def action_find(self) -> None:
        """Lets the user type what to look for."""
        self.query_one(PathBox).focus()

    def action_path(self) -> None:
        """Lets the user type a path, from the current folder on."""
        self.query_one(PathBox).begin_path()

    def action_turn(self, facet: str) -> None:
        """Shows only the next kind, level or state."""
        self._place.chosen = self._place.chosen.turned(facet, self._rows)
        self._list()

    def action_complete(self) -> None:
        """Grows the path that is typed; with words, goes to the list and back."""
        box = self.query_one(PathBox)
        if box.has_focus and box.offers:
            box.complete(self.query_one(OptionList).highlighted or 0)
        else:
            (self.query_one(OptionList) if box.has_focus else box).focus()

    def action_new(self) -> None:
        """Writes an exercise, going on with a draft of an earlier time."""
        self._edit(new_draft(), TEMPLATE)

    def action_edit(self) -> None:
        """Changes one of the user's own exercises; of any other a copy."""
        row = self._highlighted()
        if not isinstance(row, ExerciseRow):
            self.notify("No exercise is highlighted.", markup=False)
            return
        try:
            draft, text = draft_of(row.exercise)
        except (ExerciseError, OSError) as error:
            self._complain(str(error))
        else:
            self._edit(draft, text)

    def action_leave(self) -> None:
        """Undoes step by step: what is typed, the filter, the file; then leaves everything as it was."""
        box = self.query_one(PathBox)
        if box.value or box.has_focus:
            box.value = ""
            self.query_one(OptionList).focus()
        elif not self._place.chosen.is_empty:
            self._place.chosen = Filter()
            self._list()
        elif self._place.path is not None:
            self._go_to(None, Filter(), str(self._place.path))
        else:
            self.dismiss(None)

    def _enter(self, reference: str) -> None:
        """Lists a set of exercises, replays a recording, opens an exercise."""
        path = Path(reference).expanduser()
        try:
            many = holds_many(path)
        except OSError as error:
            self._complain(f"{path}: cannot be read: {error.strerror}")
            return
        if path.is_file() and is_recording(path):
            self.post_message(RunChosen(path))
        elif many:
            self.query_one(PathBox).value = ""
            self.query_one(OptionList).focus()
            self._go_to(path, Filter(), "")
        else:
            self._load(str(path) if path.exists() else reference)

    def _go_to(self, path: Path | None, chosen: Filter, key: str) -> None:
        """Reads what is at hand (None), or a file or folder."""
        self._place.path, self._place.chosen, self._place.key, self._sought = path, chosen, key, key
        self._rows, self._reading = [], True
        self._complain("")
        self._list()
        self._read(path)

    @work(thread=True, exclusive=True, group="read", exit_on_error=False)
    def _read(self, path: Path | None) -> None:
        """Reads in a thread: a data set can be large or lie on a slow disk."""
        services, worker, problem = self._services, get_current_worker(), ""
        try:
            for batch in read_rows(path, services.bundled, services.load_each, services.history):
                if worker.is_cancelled:
                    return
                self.app.call_from_thread(self._add, worker, batch)
        except (ExerciseError, OSError) as error:
            problem = str(error)
        self.app.call_from_thread(self._read_all, worker, path, problem)

    @work(thread=True, exclusive=True, group="load", exit_on_error=False)
    def _load(self, reference: str) -> None:
        try:
            exercise = self._services.load(reference)
        except (ExerciseError, OSError) as error:
            self.app.call_from_thread(self._complain, str(error))
        else:
            self.app.call_from_thread(self._choose, exercise)

    def _add(self, worker: object, batch: list[Row]) -> None:
        if getattr(worker, "is_cancelled", False):
            return
        self._rows += batch
        self._append(batch)
        at = next((at for at, row in enumerate(self._shown) if row.key == self._sought), None)
        if at is not None:
            self.query_one(OptionList).highlighted = at
            self._sought = ""
        self._draw()

    def _read_all(self, worker: object, path: Path | None, problem: str) -> None:
        if getattr(worker, "is_cancelled", False):
            return
        self._reading, self._sought = False, ""
        if problem:
            self._complain(problem)
        elif path is not None:
            remember(path)
        self._draw()

    def _choose(self, exercise: Exercise) -> None:
        file = file_of(exercise.source)
        if file is not None and self._place.path is None:
            remember(file)
        self.dismiss(exercise)

    def _edit(self, draft: Draft, start: str) -> None:
        def edited(exercise: Exercise | None) -> None:
            if exercise is not None:
                self.notify(f"Saved: {exercise.source}", timeout=10, markup=False)
                self.query_one(PathBox).value = ""
                self._go_to(None, Filter(), f"{exercise.source}#{exercise.id}")

        self.app.push_screen(EditExerciseScreen(draft, start), edited)

    def _list(self) -> None:
        """Shows the rows that pass or, for a path, what it may become; the highlight stays where it was."""
        options = self.query_one(OptionList)
        key = self._place.key
        options.clear_options()
        self._shown = []
        box = self.query_one(PathBox)
        box.look()
        if box.is_path:
            options.add_options([Option(words.completion_content(offer)) for offer in box.offers])
            options.highlighted = 0 if box.offers else None
        else:
            self._append(self._rows)
            at = next((at for at, row in enumerate(self._shown) if row.key == key), 0)
            options.highlighted = at if self._shown else None
        self.on_option_list_option_highlighted()
        self._draw()

    def _append(self, rows: list[Row]) -> None:
        if self.query_one(PathBox).is_path:
            return
        options = self.query_one(OptionList)
        passing = [row for row in rows if self._place.chosen.passes(row)]
        self._shown += passing
        options.add_options([Option(words.row_content(row)) for row in passing])
        if options.highlighted is None and self._shown:
            options.highlighted = 0

    def _highlighted(self) -> Row | None:
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _draw(self) -> None:
        path = self._place.path
        name = "Exercises" if path is None else f"Exercises of {one_line(shortened(path))}"
        count = words.filtered(self._place.chosen, len(self._shown), len(self._rows), reading=self._reading)
        if self.query_one(PathBox).is_path:
            count = words.offered(len(self.query_one(PathBox).offers))
        self.query_one("#exercises-title", Bar).set_parts(Content.styled(name, "bold"), count)
