"""The settings of a solve in one dialog, each with the moment from which it holds."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Input, Label, Static

from egcfg_tui.solving.methods import METHODS, offered_methods
from egcfg_tui.solving.request.settings import SETTINGS, SettingError, Settings
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.options import SolveOptions

AT_ONCE: Final = "at once"
NEXT_LINE: Final = "from the next guided line on"
NEXT_SEED: Final = f"{NEXT_LINE}; plain samples keep theirs until the next solve"
NEXT_SOLVE: Final = "with the next solve"
NOT_THIS_SOLVE: Final = "waits for the next solve: this one keeps its method"
NEXT_LOAD: Final = "waits for the next solve: it is loaded when this one ends"
LOADED_NOW: Final = "loaded at once"

_LINES: Final = ("gamma", "temperature", "candidates", "horizon")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the dialog was left with; `model` None: the one that there is."""

    options: SolveOptions
    model: str | None


class _Mistake(Exception):
    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class SettingsScreen(ModalScreen[Chosen | None]):
    """Dismissed with the choice, or with None by escape. `solving`: a solve goes on.

    `models` are the names on this disk; any other reference that `--model` takes may be written.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave"),
        Binding("enter", "take", "Set", priority=True),
        Binding("up", "app.focus_previous", "Up", show=False, priority=True),
        Binding("down", "app.focus_next", "Down", show=False, priority=True),
    ]

    def __init__(self, options: SolveOptions, model: str, models: Sequence[str], *, solving: bool) -> None:
        super().__init__()
        self._options = options
        self._model = model
        self._models = models
        self._solving = solving

    def compose(self) -> ComposeResult:
        """A row for each setting."""
        options = self._options
        with Vertical(id="settings", classes="dialog"):
            for name in _LINES:
                value = getattr(options.settings, name)
                yield self._row(name, f"{value:g}", f"{_range(name)}, {self._when(NEXT_LINE)}")
            yield self._row("seed", str(options.seed), f"a whole number, {self._when(NEXT_SEED)}")
            yield self._row("budget", f"{options.budget_s:g}", f"seconds, {self._when(AT_ONCE)}")
            methods = offered_methods()
            yield self._row(
                "method", options.method, f"{', '.join(methods)}; {self._when(NOT_THIS_SOLVE)}", methods
            )
            loaded = NEXT_LOAD if self._solving else LOADED_NOW
            yield self._row("model", self._model, loaded, self._models)
            yield Static(id="problem", markup=False)
            yield Static("↑ ↓ other row · enter set · esc leave", classes="dialog-keys", markup=False)

    def on_mount(self) -> None:
        """Names the dialog."""
        self.query_one("#settings").border_title = "Settings"

    def action_take(self) -> None:
        """Sets what is written, if all of it can be read."""
        try:
            chosen = self._chosen()
        except _Mistake as mistake:
            problem = self.query_one("#problem", Static)
            problem.update(Content(visible(str(mistake))))
            problem.display = True
            self.query_one(f"#set-{mistake.name}", Input).focus()
        else:
            self.dismiss(chosen)

    def _row(self, name: str, value: str, hint: str, suggested: Sequence[str] = ()) -> Horizontal:
        suggester = SuggestFromList(suggested) if suggested else None
        return Horizontal(
            Label(name, classes="field-name"),
            Input(value, id=f"set-{name}", compact=True, suggester=suggester, select_on_focus=False),
            Label(Content(visible(hint)), classes="setting-hint"),
            classes="setting",
        )

    def _when(self, when: str) -> str:
        """While nothing is solved, everything holds for the next solve."""
        return when if self._solving else NEXT_SOLVE

    def _chosen(self) -> Chosen:
        options, settings = self._options, self._options.settings
        for name in _LINES:
            settings = self._with(settings, name)
        changed = {name for name in _LINES if getattr(settings, name) != getattr(options.settings, name)}
        method = self._text("method")
        if method not in METHODS:
            raise _Mistake("method", f"method is {method!r}; the methods are {', '.join(offered_methods())}")
        model = self._text("model")
        if not model:
            raise _Mistake("model", "the model's field is empty; write a name, or press esc")
        options = replace(
            options,
            settings=settings,
            seed=self._seed(),
            budget_s=self._budget(),
            method=method,
            held=options.held | changed,
        )
        return Chosen(options, None if model == self._model else model)

    def _with(self, settings: Settings, name: str) -> Settings:
        text = self._text(name)
        try:
            value = int(text) if SETTINGS[name].kind is int else float(text)
            return settings.with_value(name, value)
        except SettingError as error:
            raise _Mistake(name, str(error)) from None
        except ValueError:
            raise _Mistake(name, f"{name} is {text!r}; it must be {SETTINGS[name].allowed}") from None

    def _seed(self) -> int:
        text = self._text("seed")
        if not text.isdecimal() or len(text) > 18:
            raise _Mistake("seed", f"seed is {text!r}; it must be a whole number from 0 on")
        return int(text)

    def _budget(self) -> float:
        text = self._text("budget")
        try:
            seconds = float(text)
        except ValueError:
            seconds = math.nan
        if not (math.isfinite(seconds) and seconds > 0):
            raise _Mistake("budget", f"budget is {text!r}; it must be seconds, more than 0")
        return seconds

    def _text(self, name: str) -> str:
        return self.query_one(f"#set-{name}", Input).value.strip()


def _range(name: str) -> str:
    limits = SETTINGS[name].limits
    return f"{limits[0]:g} to {limits[1]:g}" if limits else ""
