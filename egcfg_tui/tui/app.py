"""The workbench as an application: theme, keys, palette, and a terminal left as it was found."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from multiprocessing import resource_tracker
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from rich.console import RenderableType
from textual import work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import Screen

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import DEMO_ID, Exercise, Visibility, lasting_reference_to
from egcfg_tui.runs import Recorder, Recording, RecordingError, read_recording
from egcfg_tui.solving.methods import DEFAULT_METHOD
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.system import garbage
from egcfg_tui.system.folders import state_folder
from egcfg_tui.tui import first_start, keymap, picture_file, terminal, theme
from egcfg_tui.tui.choosing.loading import Loader
from egcfg_tui.tui.commands import binding_of
from egcfg_tui.tui.input_bytes import any_bytes
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.messages import RunChosen
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.preferences import Memory, Preferences
from egcfg_tui.tui.replay import Replay
from egcfg_tui.tui.screens.panels import HIGH_ROWS, HUGE_COLUMNS, LEAST_COLUMNS, LEAST_ROWS, WIDE_COLUMNS
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.screens.workbench import WorkbenchScreen
from egcfg_tui.tui.services import Services

if TYPE_CHECKING:
    from egcfg_tui.tui.comparing.sources import BenchServices

_LOOK_S: Final = 1.0
"""Seconds between two checks whether the terminal is still there and whether choices have changed."""

_NICENESS: Final = 10
"""Added to the niceness of the engine, whose threads use every core, so that the screen goes first. On two
busy cores a key was painted after 254 ms instead of 582 ms at the median (benchmarks/tui.py). Niceness 19
and SCHED_IDLE wake the screen no sooner: after 2 to 3 ms at the 95th centile, as this does."""


class WorkbenchBroke(Exception):
    """An error that nobody foresaw ended the workbench; the text says where its details are."""


def _palette() -> type[Provider]:
    from egcfg_tui.tui.palette import Palette

    return Palette


class WorkbenchApp(App[None]):
    """Holds the screens. The workbench screen does everything about solving.

    With a `recording` it opens on its replay, and loads no model before the user leaves that. `welcome` opens
    on the bundled recording instead, and says what one sees.
    """

    CSS_PATH = "workbench.tcss"
    TITLE = "egcfg-tui"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {_palette}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", "Stop", show=False, system=True),
        binding_of("help"),
    ]

    def __init__(
        self,
        services: Services,
        options: SolveOptions | None = None,
        exercise: Exercise | None = None,
        keys: Keymap | None = None,
        recording: Recording | None = None,
        *,
        welcome: bool = False,
        preferences: Preferences | None = None,
        model_name: str | None = None,
        demo: bool = False,
    ) -> None:
        super().__init__()
        self._memory: Memory | None = None
        self._model_name = model_name or ""
        self._recording = first_start.bundled_recording() if welcome else recording
        self._welcome = welcome
        self._panicked = False
        self.HORIZONTAL_BREAKPOINTS = [
            (0, "-tiny"),
            (LEAST_COLUMNS, "-narrow"),
            (WIDE_COLUMNS, "-wide"),
            (HUGE_COLUMNS, "-huge"),
        ]
        self.VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_ROWS, "-tall"), (HIGH_ROWS, "-high")]
        self.keys = keys or Keymap()
        self.workbench = WorkbenchScreen(
            services, options or SolveOptions(), exercise, self.keys, loads_at_once=self._recording is None
        )
        self.workbench.control.is_demo = demo
        self.register_theme(theme.NIGHT)
        self.register_theme(theme.DAY)
        self.theme = theme.NIGHT.name
        self._problems = [("Keys", problem) for problem in self.keys.problems]
        if preferences is not None:
            self._follow(preferences)
        self.set_keymap(self.keys.keys)

    def get_default_screen(self) -> Screen[None]:
        """The workbench."""
        return self.workbench

    def on_mount(self) -> None:
        """Restores the terminal when a signal ends the program; reports mistakes in the user's files."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._asked_to_end)
        if not self.is_headless:
            self.set_interval(_LOOK_S, self._look_for_terminal)
        for title, problem in self._problems:
            self.notify(problem, title=title, severity="warning", timeout=20, markup=False)
        if self._memory is not None:
            self.set_interval(_LOOK_S, self._keep_choices)
        if self._recording is not None:
            speed, words = (first_start.SPEED, first_start.WELCOME) if self._welcome else (1.0, "")
            self.show_replay(Replay(self._recording), speed=speed, words=words)

    def on_ready(self) -> None:
        """The first frame is painted: what the start made is there."""
        if not self.is_headless:
            garbage.go_on()

    @work(thread=True, exclusive=True, group="replay", exit_on_error=False)
    def replay(self, path: Path) -> None:
        """Reads a recording, in a thread as it can be large, and replays it; says why it cannot be read."""
        try:
            replay = Replay(read_recording(path))
        except RecordingError as error:
            self.call_from_thread(self.notify, str(error), severity="error", timeout=20, markup=False)
        else:
            self.call_from_thread(self.show_replay, replay)

    def show_replay(self, replay: Replay, *, speed: float = 1.0, words: str = "") -> None:
        """Replays a recording over the screen there is, and comes back to that."""
        clock = self.workbench.control.services.clock
        screen = ReplayScreen(replay, self.keys, clock, speed=speed, words=words)
        self.push_screen(screen, self._welcomed if words else self._came_back)

    def on_run_chosen(self, message: RunChosen) -> None:
        """Replays the run."""
        self.replay(message.path)

    def action_screenshot(self, filename: str | None = None, path: str | None = None) -> None:
        """Saves the screen as a picture, and says where; in a browser, which knows where, downloads it."""
        if self.is_web:
            super().action_screenshot(filename, path)
            return
        try:
            saved = picture_file.save(self.export_screenshot())
        except picture_file.PictureError as error:
            self.notify(str(error), severity="error", timeout=20, markup=False)
        else:
            self.notify(f"The picture is {saved}", timeout=20, markup=False)

    @property
    def broke(self) -> bool:
        """Whether an error ended the application."""
        return self._panicked or bool(self.return_code)

    def panic(self, *renderables: RenderableType) -> None:
        """Textual calls this after an error outside of messages, as in the thread that reads keys."""
        self._panicked = True
        super().panic(*renderables)

    async def action_interrupt(self) -> None:
        """Ctrl-C: stops a solve; with nothing to stop, says how to quit."""
        control = self.workbench.control
        if control.view.phase.active or control.waiting:
            self.workbench.action_stop()
        else:
            self.notify("Nothing is running. q quits.", markup=False)

    def action_help(self) -> None:
        """Explains the screen."""
        from egcfg_tui.tui.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.keys, self.screen))

    async def action_quit(self) -> None:
        """Ends the engine's process, then the application."""
        await self.workbench.close_session()
        self.exit()

    def on_unmount(self) -> None:
        """Restores the signal handlers; remembers the last choices."""
        self._keep_choices()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGHUP):
            loop.remove_signal_handler(number)

    def _welcomed(self, exercise: Exercise | None) -> None:
        """From the first start's replay: solving for real begins with the demo, which takes seconds."""
        self._came_back(exercise and self.workbench.control.exercise)

    def _came_back(self, exercise: Exercise | None) -> None:
        """From a replay: an exercise is solved in the workbench, whatever screen the replay came from.

        A bench that runs here is not left for it.
        """
        if exercise is not None:
            from egcfg_tui.tui.screens.bench import BenchScreen

            if any(isinstance(screen, BenchScreen) and screen.runs_here for screen in self.screen_stack):
                self.notify("The bench is running; stop it first.", severity="warning", markup=False)
                return
            while self.screen is not self.workbench:
                self.pop_screen()
        self.workbench.come_back(exercise)

    def _follow(self, preferences: Preferences) -> None:
        """Uses the remembered theme, and remembers choices from now on."""
        chosen = preferences.get("theme")
        if chosen in self.available_themes:
            self.theme = chosen
        elif chosen is not None:
            names = ", ".join(sorted(self.available_themes))
            preferences = preferences.without("theme", f"no such theme; write one of {names}")
        self._problems += [("Settings", problem) for problem in preferences.problems]
        defaults = {"theme": theme.NIGHT.name, "exercise": DEMO_ID, "method": DEFAULT_METHOD}
        self._memory = Memory(preferences, defaults)

    def _choices(self) -> dict[str, str]:
        """The choices to remember, as they are now."""
        driver = self.workbench.control
        return {
            "theme": self.theme,
            "exercise": lasting_reference_to(driver.exercise) if driver.exercise else "",
            "method": "" if driver.is_demo else driver.options.method,
            "model": driver.chosen_model or self._model_name,
        }

    def _keep_choices(self) -> None:
        if self._memory is not None and (problem := self._memory.keep(self._choices())):
            self.notify(problem, title="Settings", severity="warning", timeout=20, markup=False)

    def _asked_to_end(self) -> None:
        self.run_worker(self.action_quit(), exclusive=True, group="quit")

    def _look_for_terminal(self) -> None:
        if terminal.is_gone():
            self._asked_to_end()


def run_app(
    find_model: Callable[[str | None], ModelSpec],
    exercise: Exercise | None = None,
    options: SolveOptions | None = None,
    *,
    allow_missing_layers: tuple[str, ...] = (),
    visible: Visibility | None = None,
    guarded_only: bool = False,
    prompt_cache: bool = True,
    begin_recording: Callable[[SolveRequest], Recorder | None] = lambda _request: None,
    model_named: Callable[[str], ModelSpec],
    model_name: str | None = None,
    recording: Recording | None = None,
    welcome: bool = False,
    preferences: Preferences | None = None,
    demo: bool = False,
) -> None:
    """Opens the workbench and returns when the user leaves it.

    `visible` chooses the tests that steer in exercises which are opened later, and `guarded_only` refuses
    those with a test that runs inside the program's process; `exercise` is taken as it is.
    `find_model` takes the name of a model, None for the one of the command line, and raises `ModelError` when
    there is no usable one: the workbench opens all the same and says so; `model_name` is what that model was
    asked for by, None for the default one. `model_named` finds others to compare with. `begin_recording`
    gives each solve its recording. With a `recording` it opens on its replay; with `welcome` on the bundled
    one, if this is the first start ever. Choices are remembered in the file of `preferences`; a method that
    was only chosen for the `demo` is none of them, and gives way when another exercise is opened.

    Raises `NoTerminalError` without a terminal, and `WorkbenchBroke` after an error that nobody foresaw.
    """
    terminal.require_terminal()
    garbage.pause()
    from egcfg_tui.solving.process.client import SolverSession

    def bench() -> BenchServices:
        from egcfg_tui.bench.session import BenchSession
        from egcfg_tui.bench.setup import set_up
        from egcfg_tui.tui.comparing.offers import models_on_disk
        from egcfg_tui.tui.comparing.sources import BenchServices

        return BenchServices(
            models=lambda: models_on_disk(app.workbench.control.chosen_model or model_name),
            model_named=model_named,
            open_session=BenchSession,
            set_up=set_up,
            visible=visible,
            missing_layers=allow_missing_layers,
        )

    loader = Loader(visible, guarded_only)
    services = Services(
        find_model=find_model,
        open_session=lambda model: SolverSession(
            model, allow_missing_layers=allow_missing_layers, prompt_cache=prompt_cache, niceness=_NICENESS
        ),
        bundled=loader.bundled,
        load=loader.load,
        load_each=loader.load_each,
        begin_recording=begin_recording,
        bench=bench,
    )
    app = WorkbenchApp(
        services,
        options,
        exercise,
        keymap.load(keymap.default_path()),
        recording,
        welcome=welcome and first_start.is_first_start(services.history, state_folder()),
        preferences=preferences,
        model_name=model_name,
        demo=demo,
    )
    with terminal.guarded_screen(terminal.log_path()):
        # Spawning a process starts this tracker first, and hands it the descriptor of `sys.stderr`: Textual's
        # stand-in, up while the screen is, has none.
        resource_tracker.ensure_running()
        try:
            with any_bytes():
                app.run()
        except OSError:
            if not terminal.is_gone():
                raise
        finally:
            garbage.go_on()
            app.workbench.control.close()
    if app.broke and not terminal.is_gone():
        raise WorkbenchBroke(f"unexpected error: the workbench ended; {terminal.details()}")
