"""The models: what is on this disk, what can be fetched; one is chosen, fetched or removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from egcfg_tui import models
from egcfg_tui.models import ModelError, State
from egcfg_tui.runs import History
from egcfg_tui.runs.speeds import last_speeds
from egcfg_tui.tui.model_choice import words
from egcfg_tui.tui.model_choice.pulls import Pulls
from egcfg_tui.tui.model_choice.removal import question, remove_model, why_kept
from egcfg_tui.tui.model_choice.rows import ModelRow
from egcfg_tui.tui.model_choice.services import ModelServices
from egcfg_tui.tui.screens.choice import ChoiceScreen
from egcfg_tui.tui.screens.question import QuestionScreen
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter

_REFRESHES_PER_S: Final = 10
_HINT: Final = "/ finds words, or names a model: hf:org/repo/file.gguf, PATH.gguf, ollama:name:tag"


class ModelsScreen(ChoiceScreen[str | None]):
    """Dismissed with the name of the model to use. A pull goes on when the screen is left.

    `in_use` gives the name of the workbench's model and the memory that it holds; `busy` why no other can be
    used now, empty where it can.
    """

    AUTO_FOCUS = "#models-list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "use", "Use", priority=True),
        Binding("slash", "find", "Find"),
        Binding("x", "cancel", "Cancel the pull"),
        Binding("D", "remove", "Remove"),
        Binding("down", "move(1)", "Next", show=False),
        Binding("up", "move(-1)", "Previous", show=False),
        Binding("escape", "leave", "Back"),
    ]

    def __init__(
        self,
        services: ModelServices,
        history: History,
        pulls: Pulls,
        in_use: Callable[[], str],
        busy: Callable[[], str],
    ) -> None:
        super().__init__()
        self._services = services
        self._history = history
        self._pulls = pulls
        self._in_use = in_use
        self._busy = busy
        self._rows: list[ModelRow] = []
        self._shown: list[ModelRow] = []
        self._speeds: dict[str, float] = {}
        self._free: int | None = None
        self._state: tuple[object, ...] = ()
        self._sought = in_use()
        """The model to highlight as soon as it is read."""

    def compose(self) -> ComposeResult:
        """What to look for, the rows, the highlighted one in short, the pull under way."""
        yield Bar(id="models-title")
        yield Input(placeholder=_HINT, id="model-reference", select_on_focus=False)
        yield Static(words.heading(), id="columns")
        with Horizontal(id="models-body"):
            yield OptionList(id="models-list", markup=False)
            with VerticalScroll(id="model-box", can_focus=False):
                yield Static(id="model-detail", markup=False)
        yield Static(id="problem", markup=False)
        yield Bar(id="pull")
        yield FittingFooter()

    def on_mount(self) -> None:
        """Reads what there is, and follows the pull."""
        self.set_interval(1 / _REFRESHES_PER_S, self._tick)
        self.query_one("#models-title", Bar).set_parts(
            Content.styled("Models", "bold"), Content.styled("reading…", MUTED)
        )
        self._read()
        self._tick()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that are typed into the name are none of the screen's; there must be a pull to cancel."""
        typing = self.is_mounted and self.query_one(Input).has_focus
        if action == "cancel":
            return self._pulls.active and not typing
        return not typing if action in ("find", "remove") else True

    def on_descendant_focus(self) -> None:
        """Other keys apply."""
        self.refresh_bindings()

    def on_input_changed(self) -> None:
        """Narrows the list."""
        self._complain("")
        self._list()

    def on_option_list_option_highlighted(self) -> None:
        """Tells what is known of the model."""
        row = self._highlighted()
        speed = self._speeds.get(row.name) if row else None
        self.query_one("#model-detail", Static).update(words.details(row, self._free, speed))
        self.query_one("#model-box").scroll_home(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Uses the model that was clicked."""
        event.option_list.highlighted = event.option_index
        self.action_use()

    def action_use(self) -> None:
        """Changes to the highlighted model, or the one that is named; fetches one that is not here first."""
        typed = self.query_one(Input).value.strip()
        row = self._highlighted()
        if typed and row is None:
            self._use_named(typed)
        elif row is not None and row.state is State.READY:
            self._use(row.name)
        elif row is not None and row.can_be_pulled:
            self._pull(row.name)
        elif row is not None:
            self._complain(row.problem or "There is no source to fetch this model from.")

    def action_find(self) -> None:
        """Lets the user type what to look for, or a name."""
        self.query_one(Input).focus()

    def action_cancel(self) -> None:
        """Ends the pull; what arrived is kept."""
        self._pulls.cancel()
        self._tick()

    def action_remove(self) -> None:
        """Removes a part of a model, or a whole one of our own folder after a question."""
        row = self._highlighted()
        if row is None:
            return
        if reason := why_kept(row, self._in_use(), self._pulls):
            self._complain(reason)
        else:
            asked = QuestionScreen(question(row))
            self.app.push_screen(asked, lambda yes: self._remove(row) if yes else None)

    def action_leave(self) -> None:
        """From what is typed back to the list, from the list back to the workbench."""
        box = self.query_one(Input)
        if box.value or box.has_focus:
            box.value = ""
            self.query_one(OptionList).focus()
        else:
            self.dismiss(None)

    def _use(self, name: str) -> None:
        if reason := self._busy():
            self._complain(reason)
        elif name == self._in_use():
            self.dismiss(None)
        else:
            self.dismiss(name)

    def _pull(self, name: str) -> None:
        if self._pulls.active:
            self._complain(f"{self._pulls.name} is being fetched; wait for it, or cancel it first.")
            return
        self._complain("")
        self._pulls.start(name)
        self._tick()

    @work(thread=True, exclusive=True, group="name", exit_on_error=False)
    def _use_named(self, name: str) -> None:
        """Uses a model that is here; fetches a file of the hub that is not."""
        try:
            models.resolve(name)
        except ModelError as error:
            if name.startswith("hf:"):
                self.app.call_from_thread(self._pull, name)
            else:
                self.app.call_from_thread(self._complain, str(error))
        else:
            self.app.call_from_thread(self._use, name)

    def _remove(self, row: ModelRow) -> None:
        try:
            remove_model(row)
        except ModelError as error:
            self._complain(str(error))
        self._read()

    @work(thread=True, exclusive=True, group="models", exit_on_error=False)
    def _read(self) -> None:
        """Reads in a thread: a file not seen before is read through."""
        rows: list[ModelRow] = []
        problem, call = "", self.app.call_from_thread
        speeds, free = last_speeds(self._history.runs()), self._services.available_bytes()
        try:
            for row in self._services.read():
                rows.append(row)
                call(self._show, list(rows), speeds, free, reading=True)
        except ModelError as error:
            problem = str(error)
        call(self._show, rows, speeds, free, reading=False)
        if problem:
            call(self._complain, problem)

    def _show(
        self, rows: list[ModelRow], speeds: dict[str, float], free: int | None, *, reading: bool
    ) -> None:
        if reading and len(rows) < len(self._rows):
            return  # read again: the list stays until all is known
        held = next((row.needed_bytes for row in rows if row.name == self._in_use() and row.facts), 0)
        self._rows, self._speeds = rows, speeds
        self._free = None if free is None else free + held
        self._list()
        if not reading:
            self._sought = ""
        here = sum(row.state is State.READY for row in rows)
        note = "reading…" if reading else f"{here} on this disk, {len(rows) - here} to fetch"
        if self._in_use():
            note = f"in use: {one_line(self._in_use())} · {note}"
        self.query_one("#models-title", Bar).set_parts(
            Content.styled("Models", "bold"), Content.styled(note, MUTED)
        )
        self._list()

    def _list(self) -> None:
        """Shows the rows that match; the highlight stays on its model."""
        options = self.query_one(OptionList)
        before = self._highlighted()
        typed = self.query_one(Input).value.casefold().split()
        self._shown = [
            row
            for row in self._rows
            if all(word in f"{row.name} {row.entry.title if row.entry else ''}".casefold() for word in typed)
        ]
        name = self._sought or (before.name if before else "")
        options.clear_options()
        for row in self._shown:
            speed = self._speeds.get(row.name)
            options.add_option(Option(words.row_content(row, self._in_use(), self._free, speed)))
        at = next((at for at, row in enumerate(self._shown) if row.name == name), 0)
        options.highlighted = at if self._shown else None
        self.on_option_list_option_highlighted()

    def _highlighted(self) -> ModelRow | None:
        at = self.query_one(OptionList).highlighted
        return self._shown[at] if at is not None and at < len(self._shown) else None

    def _tick(self) -> None:
        """Draws the pull; reads again when one ended or another model is in use."""
        bar = self.query_one("#pull", Bar)
        bar.display = self._pulls.active
        bar.set_parts(*words.pulling(self._pulls))
        state = (self._pulls.active, self._pulls.ended, self._in_use())
        if state != self._state:
            if self._state and state[1:] != self._state[1:]:
                self._read()
            self._state = state
            self.refresh_bindings()
