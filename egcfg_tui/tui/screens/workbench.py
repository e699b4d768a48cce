"""The live screen: an exercise, its tests, the code as it grows, and how each line came about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.system.editor import EditorError
from egcfg_tui.tui.applicable import why_not
from egcfg_tui.tui.choosing.place import Place
from egcfg_tui.tui.choosing.rows import ExerciseRow
from egcfg_tui.tui.commands import WORKBENCH_COMMANDS, Command
from egcfg_tui.tui.editing import edited_in_editor
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.look import Look
from egcfg_tui.tui.model_choice import words as model_words
from egcfg_tui.tui.model_choice.pulls import Pulls
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.rewinding import NoWayBackError
from egcfg_tui.tui.screens.panels import REFRESHES_PER_S, WIDE_COLUMNS, PanelsScreen
from egcfg_tui.tui.services import Services
from egcfg_tui.tui.session_driver import SessionDriver
from egcfg_tui.tui.stepping_in import CannotStepIn, candidate_taken, code_edited, text_to_edit
from egcfg_tui.tui.view import EngineState, SolveView
from egcfg_tui.tui.widgets.bars import Bar, status_parts, title_parts

if TYPE_CHECKING:
    from egcfg_tui.tui.screens.settings import Chosen


class WorkbenchScreen(PanelsScreen[None]):
    """Draws the control's view on every tick and turns keys into calls of the control.

    `loads_at_once` False leaves the engine alone until `come_back` or `restart`.
    """

    OFFERED: ClassVar[tuple[Command, ...]] = WORKBENCH_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in OFFERED]

    def __init__(
        self,
        services: Services,
        options: SolveOptions,
        exercise: Exercise | None,
        keymap: Keymap,
        *,
        loads_at_once: bool = True,
    ) -> None:
        super().__init__(keymap)
        self.control = SessionDriver(services, options, exercise, self._in_thread)
        self._loads_at_once = loads_at_once
        self._place = Place()
        self.pulls = Pulls(services.models.open_pull, self._in_pull_thread)

    @property
    def view(self) -> SolveView:
        """The solve in flight, or the last one."""
        return self.control.view

    def on_mount(self) -> None:
        """Starts the clockwork, and the engine."""
        self.set_interval(1 / REFRESHES_PER_S, self._tick)
        self.set_interval(1, self._check_alive)
        if self._loads_at_once:
            self.control.restart()
        self.draw()

    async def on_unmount(self) -> None:
        """Ends the engine's process however the screen ended: its thread would hold up the application."""
        await asyncio.to_thread(self.pulls.close)
        await asyncio.to_thread(self.control.close)

    def why_not(self, action: str) -> str:
        """Why an action would do nothing now."""
        return why_not(action, self.control) or super().why_not(action)

    def come_back(self, exercise: Exercise | None) -> None:
        """Comes back from a replay, to solve its exercise where that was asked for."""
        if exercise is not None and not self.view.phase.active:
            self.look = Look()
            self.control.open(exercise)
            self.control.start()
        else:
            self.control.load_once()
        self.draw()

    def action_start(self) -> None:
        """Starts a solve."""
        self.look = Look()
        self.control.start()
        self.draw()

    def action_pause(self) -> None:
        """Pauses or goes on."""
        self.control.pause_or_resume()

    def action_step(self) -> None:
        """Pauses, then goes on by one line."""
        self.control.step()

    def action_rewind(self) -> None:
        """Goes back to the line looked at, or takes back the last one."""
        try:
            self.control.rewind(self.look.line)
        except NoWayBackError as reason:
            self.notify(str(reason), severity="warning", markup=False)
            return
        self.look_at(Look())

    def action_take(self) -> None:
        """Goes on from the candidate looked at."""
        try:
            self.control.replace_code(candidate_taken(self._shown()))
        except CannotStepIn as reason:
            self.notify(str(reason), severity="warning", markup=False)
            return
        self.look_at(Look())

    def action_edit(self) -> None:
        """Opens the code, with the line in work, in the user's editor; goes on from what is saved there."""
        trial = self.view.trial
        if trial is None:
            return
        try:
            edited = edited_in_editor(self.app, text_to_edit(trial), ".py")
            new = code_edited(self.view, edited)
        except (EditorError, CannotStepIn) as reason:
            self.notify(str(reason), severity="warning", timeout=20, markup=False)
            return
        if new is None:
            self.notify("The code is as it was: nothing was changed.", markup=False)
            return
        self.control.replace_code(new)
        self.look_at(Look())

    def action_undo(self) -> None:
        """Takes back the last change of code, settings or model."""
        try:
            done = self.control.undo()
        except NoWayBackError as reason:
            self.notify(str(reason), severity="warning", markup=False)
            return
        self.notify(f"Undone: {done}.", markup=False)
        self.look_at(Look())

    def action_settings(self) -> None:
        """Lets the user change all settings."""
        from egcfg_tui.tui.screens.settings import SettingsScreen

        def chosen(choice: Chosen | None) -> None:
            if choice is None:
                return
            self.control.change(choice.options)
            if choice.model is not None:
                self.control.change_model(choice.model)
            self.draw()

        control = self.control
        model = control.next_model or self._model()
        screen = SettingsScreen(
            control.options, model, control.services.models.known(), solving=self.view.phase.active
        )
        self.app.push_screen(screen, chosen)

    def action_stop(self) -> None:
        """Stops the solve."""
        self.control.stop()
        self.draw()

    def action_restart(self) -> None:
        """Starts the engine again."""
        self.control.restart()
        self.draw()

    def action_open(self) -> None:
        """Lets the user choose another exercise."""
        from egcfg_tui.tui.screens.exercises import ExercisesScreen

        def opened(exercise: Exercise | None) -> None:
            if exercise is not None:
                self.look = Look()
                self.control.open(exercise)
                self.draw()

        if not self._place.key and self.control.exercise is not None:
            self._place.key = ExerciseRow(self.control.exercise).key
        self.app.push_screen(ExercisesScreen(self.control.services, self._place), opened)

    def action_compare(self) -> None:
        """Lets the user compare models and methods.

        A bench has the memory to itself: the engine makes room for it.
        """
        from egcfg_tui.tui.screens.compare import CompareScreen

        control = self.control
        if control.services.bench is None:
            return

        def compared(_: None) -> None:
            if control.suspended:
                self.action_restart()

        screen = CompareScreen(control.services.bench(), control.options, control.suspend)
        self.app.push_screen(screen, compared)

    def action_models(self) -> None:
        """Shows the models; changes to the one that is chosen."""
        from egcfg_tui.tui.screens.models import ModelsScreen

        def chosen(name: str | None) -> None:
            if name is not None:
                self.control.use_model(name)
                self.draw()

        control = self.control
        screen = ModelsScreen(
            control.services.models,
            control.services.history,
            self.pulls,
            self._model,
            self._why_no_other_model,
        )
        self.app.push_screen(screen, chosen)

    def action_runs(self) -> None:
        """Shows the runs that were kept."""
        from egcfg_tui.tui.screens.runs import RunsScreen

        self.app.push_screen(RunsScreen(self.control.services.history))

    def action_method(self, name: str = "") -> None:
        """Takes the next method, or the named one."""
        options = self.control.options
        if name:
            self.control.change(options.with_method(name))
        else:
            self.control.change(options.with_next_method())
        self.draw()

    def action_gamma(self, steps: int) -> None:
        """Changes the guidance weight, of a running solve too."""
        self.control.change(self.control.options.with_gamma_moved(steps))
        self.draw()

    def action_seed(self) -> None:
        """Takes the next seed."""
        self.control.change(self.control.options.with_next_seed())
        self.draw()

    async def close_session(self) -> None:
        """Ends the engine's process, which may take two seconds, and says so meanwhile."""
        self.control.closing = True
        self.draw_bars()
        await asyncio.to_thread(self.control.close)

    def _in_thread(self, work: Callable[[], None]) -> None:
        self.run_worker(work, thread=True, group="session", exit_on_error=False)

    def _in_pull_thread(self, work: Callable[[], None]) -> None:
        self.run_worker(work, thread=True, group="pull", exit_on_error=False)

    def _model(self) -> str:
        return self.control.chosen_model or self.control.model_name

    def _why_no_other_model(self) -> str:
        busy = self.control.view.phase.active or self.control.waiting
        return "A solve is running; stop it before changing the model." if busy else ""

    def _follow_pull(self) -> None:
        """Changes to a model that arrived, unless a solve is in flight."""
        ended = self.pulls.tick()
        if ended is None:
            return
        name = self.pulls.name
        if ended.error:
            self.notify(ended.error, title=name, severity="error", timeout=20, markup=False)
        elif ended.path is None:
            self.notify(f"{name}: cancelled; the parts that arrived are kept.", markup=False)
        elif self._why_no_other_model():
            self.notify(f"{name} is on this disk: {self.key('models')} changes to it.", markup=False)
        else:
            self.notify(f"{name} is on this disk, and is loaded now.", markup=False)
            self.control.use_model(name)
        self.draw()

    def _tick(self) -> None:
        self._follow_pull()
        if self.pulls.active:
            self._draw_notice()
        warned = self.control.view.warning
        if self.control.tick():
            self.draw()
            if self.control.view.warning not in ("", warned):
                self.notify(self.control.view.warning, severity="warning", timeout=20, markup=False)
        elif self.control.view.phase.active or self.control.view.engine.state is EngineState.LOADING:
            self.draw_bars()

    def _check_alive(self) -> None:
        before = self.control.view
        self.control.check_alive()
        if self.control.view is not before:
            self.draw()

    def draw_bars(self) -> None:
        """What is solved with what, and how it goes."""
        control = self.control
        model = control.view.engine.model or control.model_name
        self.query_one("#title", Bar).set_parts(
            *title_parts(
                control.view,
                control.options,
                model,
                next_method=control.next_method,
                next_model=control.next_model or "",
                on_model="screen.models",
            )
        )
        self.query_one("#status", Bar).set_parts(
            *status_parts(
                control.view,
                control.options,
                control.services.clock(),
                waiting=control.waiting,
                pending=control.pending_word,
                wide=self.size.width >= WIDE_COLUMNS,
            )
        )

    def retake_key(self) -> str:
        """The key that goes back to a line."""
        return self.key("rewind")

    def notice_text(self) -> str:
        """What went wrong, and the key that helps."""
        text = super().notice_text()
        engine = self.view.engine
        if self.pulls.active and engine.state is EngineState.ABSENT:
            return f"{model_words.in_short(self.pulls)} {self.key('models')} shows how it goes."
        if engine.state in (EngineState.ABSENT, EngineState.DEAD) and text and self.control.can_restart:
            absent = engine.state is EngineState.ABSENT
            what = "looks for the model again" if absent else "starts the engine again"
            text += f"\n{self.key('models')} lists the models and fetches one; {self.key('restart')} {what}."
        return text

    def hint(self) -> str:
        """What to press when there is nothing to see yet."""
        if self.control.exercise is None:
            return f"Press {self.key('open')} to open an exercise."
        if self.control.view.phase.active:
            return "Waiting for the first line…"
        return f"Press {self.key('start')} to start."
