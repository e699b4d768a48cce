"""The one screen: an exercise, its tests, the code as it grows, and how each line came about."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.events import Resize
from textual.screen import Screen
from textual.widgets import Footer, Static

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.commands import COMMANDS
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.look import Look, Shown, moved, moved_trial, shown
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.rewinding import NoWayBackError
from egcfg_tui.tui.screens.help import HelpScreen
from egcfg_tui.tui.screens.open import OpenScreen
from egcfg_tui.tui.session_driver import Services, SessionDriver
from egcfg_tui.tui.text import key_name
from egcfg_tui.tui.view import EngineState, Phase
from egcfg_tui.tui.widgets.bars import Bar, status_parts, title_parts
from egcfg_tui.tui.widgets.candidates_panel import CandidatesPanel
from egcfg_tui.tui.widgets.code_panel import CodePanel
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.signal_panel import SignalPanel
from egcfg_tui.tui.widgets.statement_panel import StatementPanel
from egcfg_tui.tui.widgets.tests_panel import TestsPanel
from egcfg_tui.tui.widgets.tokens_panel import TokensPanel
from egcfg_tui.tui.widgets.trials_panel import TrialsPanel

REFRESHES_PER_S: Final = 25
LEAST_COLUMNS: Final = 60
LEAST_ROWS: Final = 16
WIDE_COLUMNS: Final = 110
HUGE_COLUMNS: Final = 170


class WorkbenchScreen(Screen[None]):
    """Draws the control's view on every tick and turns keys into calls of the control."""

    AUTO_FOCUS = "#code"
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #notice, Footer, .-textual-system"
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in COMMANDS]

    def __init__(
        self, services: Services, options: SolveOptions, exercise: Exercise | None, keymap: Keymap
    ) -> None:
        super().__init__()
        self._keymap = keymap
        self.control = SessionDriver(services, options, exercise, self._in_thread)
        self.look = Look()
        self._keys_shown: tuple[object, ...] = ()
        self._noticed = ""

    def compose(self) -> ComposeResult:
        """Title, panels, notice, status, keys."""
        yield Bar(id="title")
        with Horizontal(id="panels"):
            with Vertical(id="task"):
                yield StatementPanel(id="statement")
                yield TestsPanel(id="tests")
                yield TrialsPanel(id="trials")
            with Vertical(id="work"):
                yield CodePanel(id="code")
                with Container(id="line", classes="-candidates"):
                    yield CandidatesPanel(id="candidates")
                    yield TokensPanel(id="tokens")
                    yield SignalPanel(id="signal")
        yield Static(id="too-small", markup=False)
        yield Static(id="notice", markup=False)
        yield Bar(id="status")
        yield Footer(show_command_palette=False, compact=True)

    def on_mount(self) -> None:
        """Starts the clockwork and the engine."""
        self.set_interval(1 / REFRESHES_PER_S, self._tick)
        self.set_interval(1, self._check_alive)
        self.control.restart()
        self._draw()

    async def on_unmount(self) -> None:
        """Ends the engine's process however the screen ended: its thread would hold up the application."""
        await asyncio.to_thread(self.control.close)

    def on_resize(self, event: Resize) -> None:
        """Says how small the terminal is, where it is too small."""
        size = f"{event.size.width}x{event.size.height}"
        self.query_one("#too-small", Static).update(
            Content(f"This terminal has {size} cells.\nThe workbench needs {LEAST_COLUMNS}x{LEAST_ROWS}.")
        )
        self._draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now are left out of the footer and do nothing."""
        control = self.control
        active = control.view.phase.active
        allowed = {
            "start": control.can_start,
            "pause": active,
            "step": active,
            "rewind": active,
            "stop": active or control.waiting,
            "restart": control.can_restart,
            "compare": control.services.bench is not None and not active and not control.waiting,
            "method": not active,
            "seed": not active,
        }
        return allowed.get(action, True)

    def on_code_panel_row_clicked(self, message: CodePanel.RowClicked) -> None:
        """Looks at the line that the row belongs to; a row of no chosen line is the live one."""
        trial = self._shown().trial
        chosen = (line for line in (trial.lines if trial else ()) if line.rows)
        number = next(
            (line.number for line in chosen if line.rows and line.rows[0] <= message.row <= line.rows[1]),
            None,
        )
        self._look_at(replace(self.look, line=number))

    def on_trials_panel_trial_clicked(self, message: TrialsPanel.TrialClicked) -> None:
        """Looks at the trial."""
        self._look_at(Look(trial=message.index))

    def action_start(self) -> None:
        """Starts a solve."""
        self.look = Look()
        self.control.start()
        self._draw()

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
        self._look_at(Look())

    def action_stop(self) -> None:
        """Stops the solve."""
        self.control.stop()
        self._draw()

    def action_restart(self) -> None:
        """Starts the engine again."""
        self.control.restart()
        self._draw()

    def action_open(self) -> None:
        """Lets the user choose another exercise."""

        def opened(exercise: Exercise | None) -> None:
            if exercise is not None:
                self.look = Look()
                self.control.open(exercise)
                self._draw()

        services = self.control.services
        self.app.push_screen(OpenScreen(services.bundled, services.load), opened)

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

        screen = CompareScreen(control.services.bench, control.options, control.suspend)
        self.app.push_screen(screen, compared)

    def action_method(self, name: str = "") -> None:
        """Takes the next method, or the named one."""
        options = self.control.options
        if name:
            self.control.change(options.with_method(name))
        else:
            self.control.change(options.with_next_method())
        self._draw()

    def action_gamma(self, steps: int) -> None:
        """Changes the guidance weight, of a running solve too."""
        self.control.change(self.control.options.with_gamma_moved(steps))
        self._draw()

    def action_seed(self) -> None:
        """Takes the next seed."""
        self.control.change(self.control.options.with_next_seed())
        self._draw()

    def action_line(self, steps: int) -> None:
        """Moves the look to another line or sample; past the last one it follows the solve again."""
        self._look_at(moved(self.control.view, self.look, steps))

    def action_trial(self, steps: int) -> None:
        """Moves the look to another trial; past the last one it follows the solve again."""
        self._look_at(moved_trial(self.control.view, self.look, steps))

    def action_first_line(self) -> None:
        """Looks at the first line or sample of the trial."""
        self._look_at(moved(self.control.view, self.look, -(10**9)))

    def action_live(self) -> None:
        """Follows the solve."""
        self._look_at(Look())

    def action_look(self, panel: str) -> None:
        """Turns to one of the panels about the line."""
        self.query_one("#line").set_classes(f"-{panel}")
        self.query_one(f"#{panel}").focus()

    def action_zoom(self) -> None:
        """Gives the focused panel the whole screen, or takes it back."""
        if self.maximized is not None:
            self.minimize()
        elif self.focused is not None:
            self.maximize(self.focused, container=False)

    def action_copy(self) -> None:
        """Copies the code."""
        self._copy(self._shown().code, "the code")

    def action_copy_panel(self) -> None:
        """Copies the text of the focused panel."""
        panel = self.focused
        if isinstance(panel, LinesPanel):
            self._copy(panel.plain, "the panel")
        else:
            self._copy(self.control.view.statement, "the statement")

    def action_help(self) -> None:
        """Opens the help."""
        self.app.push_screen(HelpScreen(self._keymap))

    async def action_quit(self) -> None:
        """Leaves the workbench."""
        await self.app.action_quit()

    async def close_session(self) -> None:
        """Ends the engine's process, which may take two seconds, and says so meanwhile."""
        self.control.closing = True
        self._draw_bars()
        await asyncio.to_thread(self.control.close)

    def _in_thread(self, work: Callable[[], None]) -> None:
        self.run_worker(work, thread=True, group="session", exit_on_error=False)

    def _tick(self) -> None:
        warned = self.control.view.warning
        if self.control.tick():
            self._draw()
            if self.control.view.warning not in ("", warned):
                self.notify(self.control.view.warning, severity="warning", timeout=20, markup=False)
        elif self.control.view.phase.active or self.control.view.engine.state is EngineState.LOADING:
            self._draw_bars()

    def _check_alive(self) -> None:
        before = self.control.view
        self.control.check_alive()
        if self.control.view is not before:
            self._draw()

    def _draw(self) -> None:
        """Shows the view; every part skips what it already shows."""
        view = self.control.view
        what, hint = self._shown(), self._hint()
        self.query_one(StatementPanel).show(view)
        self.query_one(TestsPanel).show(what)
        self.query_one(TrialsPanel).show(what)
        self.query_one(CodePanel).show(what, hint, self._key("rewind"))
        self.query_one(CandidatesPanel).show(what, hint)
        self.query_one(TokensPanel).show(what, hint)
        self.query_one(SignalPanel).show(what, hint)
        self._draw_notice()
        self._draw_bars()
        self._refresh_keys()

    def _draw_bars(self) -> None:
        control = self.control
        model = control.view.engine.model or control.model_name
        self.query_one("#title", Bar).set_parts(*title_parts(control.view, control.options, model))
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

    def _draw_notice(self) -> None:
        """What went wrong, and the key that helps."""
        view = self.control.view
        text = ""
        if view.engine.state in (EngineState.ABSENT, EngineState.DEAD):
            text = view.engine.message
            if text and self.control.can_restart:
                absent = view.engine.state is EngineState.ABSENT
                what = "looks for the model again" if absent else "starts the engine again"
                text += f"\n{self._key('restart')} {what}."
        elif view.phase is Phase.FAILED and view.failure:
            text = view.failure.message
        if text == self._noticed:
            return  # updating it lays out the whole screen
        self._noticed = text
        notice = self.query_one("#notice", Static)
        notice.display = bool(text)
        notice.update(Content(visible(text)))

    def _refresh_keys(self) -> None:
        """Lets the footer follow, only when the keys that make sense have changed."""
        control = self.control
        now = (control.can_start, control.view.phase, control.waiting, control.can_restart)
        if now != self._keys_shown:
            self._keys_shown = now
            self.refresh_bindings()

    def _shown(self) -> Shown:
        """What the panels show. What was looked at and is gone is forgotten."""
        what = shown(self.control.view, self.look)
        if not what.looked_at:
            self.look = replace(self.look, line=None, answer=None)
        return what

    def _look_at(self, look: Look) -> None:
        self.look = look
        self._draw()

    def _hint(self) -> str:
        """What to press when there is nothing to see yet."""
        if self.control.exercise is None:
            return f"Press {self._key('open')} to open an exercise."
        if self.control.view.phase.active:
            return "Waiting for the first line…"
        return f"Press {self._key('start')} to start."

    def _key(self, command_id: str) -> str:
        return key_name(self._keymap.of(command_id)[0])

    def _copy(self, text: str, what: str) -> None:
        if not text.strip():
            self.notify(f"There is nothing in {what} to copy yet.", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))
        many = text.strip("\n").count("\n") + 1
        self.notify(f"Copied {what}: {many} {'line' if many == 1 else 'lines'}.", markup=False)
