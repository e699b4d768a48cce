"""What to compare: models, methods, exercises, budget; or the folder of a bench to watch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, RadioButton, RadioSet, SelectionList, Static
from textual.widgets.selection_list import Selection

from egcfg_tui.exercises import ExerciseError
from egcfg_tui.models import ModelError
from egcfg_tui.solving.methods import METHODS, offered_methods
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.comparing import words
from egcfg_tui.tui.comparing.asked import BUDGET_S, Asked, Which
from egcfg_tui.tui.comparing.offers import OfferedModel
from egcfg_tui.tui.comparing.sources import BenchServices, RunHere, Source, WatchFolder
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.screens.bench import BenchScreen
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter

_METHODS: Final = ("auto", "sample")
"""Whether guidance beats plain sampling is the question that most people have."""

_WHICH_WORDS: Final = {
    Which.HALF: "every second bundled one",
    Which.ALL: "all bundled ones",
    Which.NAMED: "those named beside",
}


class _Checks(SelectionList[str]):
    """Space checks; enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.start", "Start"),
        Binding("space", "select", "Check"),
    ]


class _Radios(RadioSet):
    """Space chooses; enter is the screen's."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.start", "Start"),
        Binding("space", "toggle_button", "Choose"),
    ]


class CompareScreen(Screen[None]):
    """Starts a bench on enter; its choices are kept for the next one."""

    AUTO_FOCUS = "#models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.focus_next", "Next field"),
        Binding("escape", "close", "Back"),
    ]

    def __init__(self, services: BenchServices, options: SolveOptions, make_room: Callable[[], None]) -> None:
        super().__init__()
        self._services = services
        self._options = options
        self._make_room = make_room
        self._sizes: dict[Which, int] = {}

    def compose(self) -> ComposeResult:
        """Four choices, a folder, what they come to, and what is wrong."""
        yield Static("Compare models and methods", id="compare-title", markup=False)
        with Horizontal(id="compare-lists"):
            yield _Checks(id="models")
            yield _Checks(
                *(
                    Selection(_label(name, METHODS[name].help, offered_methods()), name, name in _METHODS)
                    for name in offered_methods()
                ),
                id="methods",
            )
        with Horizontal(id="compare-rest"):
            with _Radios(id="which", compact=True):
                for which in Which:
                    yield RadioButton(Content(_WHICH_WORDS[which]), value=which is Which.HALF, id=which.value)
            with Vertical(id="compare-fields"):
                yield _field("seconds a task", Input(f"{BUDGET_S:g}", id="budget", compact=True))
                yield _field(
                    "exercises",
                    Input(placeholder="FILE, FILE#1-20, a bundled id", id="references", compact=True),
                )
                yield _field(
                    "watch", Input(placeholder="or the folder of a bench", id="folder", compact=True)
                )
        yield Static(id="compare-size", markup=False)
        yield Static(id="compare-problem", markup=False)
        yield FittingFooter()

    def on_mount(self) -> None:
        """Names the choices and looks what there is to choose from."""
        for id_, name in (("models", "Models on this disk"), ("methods", "Methods"), ("which", "Exercises")):
            self.query_one(f"#{id_}").border_title = name
        self.query_one("#compare-fields").border_title = "Budget, exercises, folder"
        self._say_size()
        self._look()

    @work(thread=True, exit_on_error=False)
    def _look(self) -> None:
        """Reads models and exercises in a thread: a model not seen before is read through."""
        problem = ""
        offers: tuple[OfferedModel, ...] = ()
        try:
            for which in (Which.HALF, Which.ALL):
                self._sizes[which] = len(self._services.exercises(which))
            offers = self._services.models()
        except (ModelError, ExerciseError) as error:
            problem = str(error)
        self.app.call_from_thread(self._offer, offers, problem)

    def _offer(self, offers: tuple[OfferedModel, ...], problem: str) -> None:
        models, names = self.query_one("#models", _Checks), [offer.name for offer in offers]
        models.add_options(
            Selection(_label(offer.name, offer.note, names), offer.name, offer.chosen) for offer in offers
        )
        models.highlighted = 0 if offers else None
        if not offers and not problem:
            problem = "No model is on this disk; fetch one: egcfg-tui models pull"
        self._complain(problem)
        self._say_size()

    def on_selection_list_selected_changed(self) -> None:
        """Follows the choice."""
        self._follow()

    def on_radio_set_changed(self) -> None:
        """Follows the choice."""
        self._follow()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Follows the choice; naming exercises chooses them."""
        if event.input.id == "references" and event.value.strip():
            self.query_one(f"#{Which.NAMED.value}", RadioButton).value = True
        self._follow()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Watches the folder that was named; any other field starts."""
        folder = event.value.strip()
        if event.input.id == "folder" and folder:
            self._open(WatchFolder(Path(folder).expanduser()))
        else:
            self.action_start()

    def action_start(self) -> None:
        """Starts the bench that is asked for."""
        asked, problem = self._asked(), self._problem()
        if problem:
            self._complain(problem)
        else:
            self._open(RunHere(asked, self._options, self._services, self._make_room))

    def action_close(self) -> None:
        """Back to the workbench."""
        self.dismiss()

    def _open(self, source: Source) -> None:
        self.app.push_screen(BenchScreen(source, self._services.clock))

    def _asked(self) -> Asked:
        pressed = self.query_one("#which", _Radios).pressed_button
        return Asked(
            models=tuple(self.query_one("#models", _Checks).selected),
            methods=tuple(
                name for name in offered_methods() if name in self.query_one("#methods", _Checks).selected
            ),
            which=Which(pressed.id) if pressed is not None and pressed.id else Which.HALF,
            references=self.query_one("#references", Input).value.strip(),
            budget_s=_seconds(self.query_one("#budget", Input).value) or BUDGET_S,
        )

    def _problem(self) -> str:
        """What keeps the bench from starting, and what to do."""
        asked = self._asked()
        if not asked.models:
            return "No model is chosen; check one with space."
        if not asked.methods:
            return "No method is chosen; check one with space."
        if asked.which is Which.NAMED and not asked.references:
            return "No exercises are named; name a file, or choose bundled ones."
        if _seconds(self.query_one("#budget", Input).value) is None:
            return "The seconds a task are no number above 0."
        return ""

    def _follow(self) -> None:
        self._complain("")
        self._say_size()

    def _say_size(self) -> None:
        asked = self._asked()
        text = words.size(asked, self._sizes.get(asked.which))
        self.query_one("#compare-size", Static).update(Content(f"{text}. Enter starts."))

    def _complain(self, text: str) -> None:
        problem = self.query_one("#compare-problem", Static)
        problem.display = bool(text)
        problem.update(Content(visible(text)))


def _field(name: str, field: Input) -> Horizontal:
    return Horizontal(Static(name, classes="field-name", markup=False), field, classes="field")


def _label(name: str, note: str, names: Sequence[str]) -> Content:
    """A name as wide as the widest of `names`, and a note."""
    width = max(len(one_line(other)) for other in names)
    return Content("  ").join([Content(f"{one_line(name):<{width}}"), Content.styled(one_line(note), MUTED)])


def _seconds(text: str) -> float | None:
    """A number of seconds above 0; None for any other text."""
    try:
        seconds = float(text)
    except ValueError:
        return None
    return seconds if seconds > 0 and math.isfinite(seconds) else None
