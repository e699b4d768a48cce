"""The panels of a live or recorded solve: the user looks, zooms and copies here."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Container, Horizontal, Vertical
from textual.content import Content
from textual.events import Key, Resize
from textual.screen import Screen, ScreenResultType
from textual.widgets import Static

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.applicable import why_no_look
from egcfg_tui.tui.commands import Command
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.look import Look, Shown, moved, moved_trial, shown
from egcfg_tui.tui.moving import (
    at_candidate,
    at_part,
    at_row,
    moved_candidate,
    moved_part,
    moved_step,
    moved_test,
    turned_fold,
)
from egcfg_tui.tui.story.steps import Fold, place, table
from egcfg_tui.tui.text import key_name
from egcfg_tui.tui.view import EngineState, Phase, SolveView
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.candidates_panel import CandidatesPanel
from egcfg_tui.tui.widgets.code_panel import CodePanel
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.list_panel import ListPanel
from egcfg_tui.tui.widgets.panel_tabs import PanelTabs
from egcfg_tui.tui.widgets.signal_panel import SignalPanel
from egcfg_tui.tui.widgets.statement_panel import StatementPanel
from egcfg_tui.tui.widgets.tests_panel import TestsPanel
from egcfg_tui.tui.widgets.tokens_panel import TokensPanel
from egcfg_tui.tui.widgets.trace_panel import TracePanel
from egcfg_tui.tui.widgets.trials_panel import TrialsPanel

REFRESHES_PER_S: Final = 25
LEAST_COLUMNS: Final = 60
LEAST_ROWS: Final = 16
WIDE_COLUMNS: Final = 110
HUGE_COLUMNS: Final = 170
HIGH_ROWS: Final = 50


class PanelsScreen(Screen[ScreenResultType]):
    """Draws a view that its kinds provide. They give `view`, `hint` and `draw_bars`.

    `OFFERED` are the commands that a kind has actions for.
    """

    AUTO_FOCUS = "#code"
    ALLOW_IN_MAXIMIZED_VIEW = "#status, #notice, FittingFooter, .-textual-system"
    OFFERED: ClassVar[tuple[Command, ...]] = ()

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self.look = Look()
        self.keymap = keymap
        self._noticed = ""
        self._offered_bindings = tuple(command.binding for command in self.OFFERED)
        self._keys_shown: tuple[str, ...] = ()

    @property
    def view(self) -> SolveView:
        """What there is to show."""
        raise NotImplementedError

    def hint(self) -> str:
        """What to press when there is nothing to see yet."""
        raise NotImplementedError

    def draw_bars(self) -> None:
        """Draws the rows around the panels."""
        raise NotImplementedError

    def why_not(self, action: str) -> str:
        """Why an action would do nothing now, for the user; empty when it does something."""
        return why_no_look(action, self.view)

    def label_of(self, binding: Binding) -> str:
        """The word of a key in the footer: what it does now."""
        return "Go on" if binding.id == "pause" and self.view.phase is Phase.PAUSED else binding.description

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that do nothing now are left out of the footer."""
        return not self.why_not(action)

    def below_panels(self) -> ComposeResult:
        """What stands between the panels and the status."""
        yield from ()

    def retake_key(self) -> str:
        """The key that goes back to a line; empty where lines are as they are."""
        return ""

    def notice_text(self) -> str:
        """What went wrong."""
        if self.view.engine.state in (EngineState.ABSENT, EngineState.DEAD):
            return self.view.engine.message
        return self.view.failure.message if self.view.phase is Phase.FAILED and self.view.failure else ""

    def compose(self) -> ComposeResult:
        """Title, panels, notice, status, keys."""
        yield Bar(id="title")
        with Horizontal(id="panels"):
            with Vertical(id="task"):
                yield StatementPanel(id="statement")
                yield TestsPanel(id="tests")
                yield TrialsPanel(id="trials")
            with Vertical(id="work"):
                with Container(id="program"):
                    yield CodePanel(id="code")
                    yield PanelTabs(self._turning(), id="tabs")
                    yield TracePanel(id="trace")
                with Container(id="line", classes="-candidates"):
                    yield CandidatesPanel(id="candidates")
                    yield TokensPanel(id="tokens")
                    yield SignalPanel(id="signal")
        yield Static(id="too-small", markup=False)
        yield Static(id="notice", markup=False)
        yield from self.below_panels()
        yield Bar(id="status")
        yield FittingFooter(self.label_of)

    def on_key(self, event: Key) -> None:
        """A key that does nothing now says why; the own keys of a focused list come first."""
        if isinstance(self.focused, ListPanel) and event.key in self.focused._bindings.key_to_bindings:
            return
        for command in self.OFFERED:
            if event.key in self.keymap.of(command.id) and (reason := self.why_not(command.name)):
                self.notify(reason, severity="warning", markup=False)
                event.stop()

    def on_resize(self, event: Resize) -> None:
        """Says how small the terminal is, where it is too small."""
        size = f"{event.size.width}x{event.size.height}"
        self.query_one("#too-small", Static).update(
            Content(f"This terminal has {size} cells.\nThe workbench needs {LEAST_COLUMNS}x{LEAST_ROWS}.")
        )
        self.draw()

    def on_code_panel_row_clicked(self, message: CodePanel.RowClicked) -> None:
        """Looks at the line that the row belongs to; a row of no chosen line is the live one."""
        trial = self._shown().trial
        chosen = (line for line in (trial.lines if trial else ()) if line.rows)
        number = next(
            (line.number for line in chosen if line.rows and line.rows[0] <= message.row <= line.rows[1]),
            None,
        )
        self.look_at(replace(self.look, line=number))

    def on_trials_panel_trial_clicked(self, message: TrialsPanel.TrialClicked) -> None:
        """Looks at the trial."""
        self.look_at(Look(trial=message.index))

    def on_candidates_panel_candidate_clicked(self, message: CandidatesPanel.CandidateClicked) -> None:
        """Looks at the candidate."""
        self.look_at(at_candidate(self.view, self.look, message.place))

    def on_trace_panel_row_clicked(self, message: TracePanel.RowClicked) -> None:
        """Looks at the step; a click on a folded loop opens it."""
        self.look_at(at_row(self.view, self.look, message.row))
        if self._at_fold():
            self.on_trace_panel_fold_turned()

    def on_trace_panel_fold_turned(self) -> None:
        """Opens or closes the loop looked at."""
        self.look_at(turned_fold(self.view, self.look))

    def on_signal_panel_part_clicked(self, message: SignalPanel.PartClicked) -> None:
        """Looks at what the words were made of."""
        self.look_at(at_part(self.view, self.look, message.part))

    def on_list_panel_moved(self, message: ListPanel.Moved) -> None:
        """Moves the look to another candidate, step or signal part; without candidates to another line."""
        within = {"candidates": moved_candidate, "trace": moved_step, "signal": moved_part}
        look = within[message.panel.id or ""](self.view, self.look, message.steps)
        line = self._shown().line
        listed = message.panel.id != "candidates" or (line is not None and line.candidates)
        self.look_at(look if listed else moved(self.view, self.look, message.steps))

    def action_line(self, steps: int) -> None:
        """Moves the look to another line or sample; past the last one it follows the solve again."""
        self.look_at(moved(self.view, self.look, steps))

    def action_test(self, steps: int) -> None:
        """Looks at the trace of another test."""
        self.look_at(moved_test(self.view, self.look, steps))

    def action_trial(self, steps: int) -> None:
        """Moves the look to another trial; past the last one it follows the solve again."""
        self.look_at(moved_trial(self.view, self.look, steps))

    def action_first_line(self) -> None:
        """Looks at the first line or sample of the trial."""
        self.look_at(moved(self.view, self.look, -(10**9)))

    def action_live(self) -> None:
        """Follows the solve."""
        self.look_at(Look())

    def action_look(self, panel: str) -> None:
        """Turns to one of the panels about the line."""
        self.query_one("#work").set_class(panel == "trace", "-trace")
        if panel != "trace":
            self.query_one("#line").set_classes(f"-{panel}")
        self.query_one(PanelTabs).turn_to(panel)
        self.query_one(f"#{panel}").focus()

    def on_panel_tabs_clicked(self, message: PanelTabs.Clicked) -> None:
        """Turns to the panel."""
        self.action_look(message.panel)

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
            self._copy(self.view.statement, "the statement")

    async def action_quit(self) -> None:
        """Leaves the workbench."""
        await self.app.action_quit()

    def draw(self) -> None:
        """Shows the view; every part skips what it already shows."""
        what, hint = self._shown(), self.hint()
        self.query_one(StatementPanel).show(self.view)
        self.query_one(TestsPanel).show(what)
        self.query_one(TrialsPanel).show(what)
        self.query_one(CodePanel).show(what, hint, self.retake_key())
        self.query_one(CandidatesPanel).show(what, hint)
        self.query_one(TokensPanel).show(what, hint)
        self.query_one(SignalPanel).show(what, hint)
        self.query_one(TracePanel).show(what, hint)
        self._draw_notice()
        self.draw_bars()
        self._refresh_keys()

    def look_at(self, look: Look) -> None:
        """Looks at something else."""
        self.look = look
        self.draw()

    def key(self, command_id: str) -> str:
        """The first key of a command, as people call it."""
        return key_name(self.keymap.of(command_id)[0])

    def _turning(self) -> list[tuple[str, str]]:
        """The panels that take turns in a narrow terminal, and their keys."""
        return [(one.id, self.key(one.id)) for one in self.OFFERED if one.name == "look"]

    def _refresh_keys(self) -> None:
        """Lets the footer follow, only when what its keys do has changed: that lays out the screen."""
        now = tuple(
            "" if self.why_not(command.name) else self.label_of(binding)
            for command, binding in zip(self.OFFERED, self._offered_bindings, strict=True)
        )
        if now != self._keys_shown:
            self._keys_shown = now
            self.refresh_bindings()

    def _draw_notice(self) -> None:
        text = self.notice_text()
        if text == self._noticed:
            return  # updating it lays out the whole screen
        self._noticed = text
        notice = self.query_one("#notice", Static)
        notice.display = bool(text)
        notice.update(Content(visible(text)))

    def _shown(self) -> Shown:
        """What the panels show. What was looked at and is gone is forgotten."""
        what = shown(self.view, self.look)
        if not what.looked_at:
            self.look = Look(self.look.trial)
        return what

    def _at_fold(self) -> bool:
        what = self._shown()
        if what.program is None or what.trace is None:
            return False
        rows = table(what.program.code, what.trace, self.look.opened)
        return isinstance(rows[place(rows, self.look.step)], Fold)

    def _copy(self, text: str, what: str) -> None:
        if not text.strip():
            self.notify(f"There is nothing in {what} to copy yet.", severity="warning", markup=False)
            return
        self.app.copy_to_clipboard(text.encode("utf-8", "replace").decode("utf-8"))
        many = text.strip("\n").count("\n") + 1
        self.notify(f"Copied {what}: {many} {'line' if many == 1 else 'lines'}.", markup=False)
