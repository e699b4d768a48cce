"""A bench as it runs: the matrix, what the models and methods compare to, and what is in flight."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.commands import binding_of
from egcfg_tui.tui.comparing import words
from egcfg_tui.tui.comparing.bench_driver import BenchDriver
from egcfg_tui.tui.comparing.sources import Source
from egcfg_tui.tui.messages import RunChosen
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter
from egcfg_tui.tui.widgets.matrix import MatrixPanel

_REFRESHES_PER_S: Final = 10
_GO_ON: Final = "g"


class BenchScreen(Screen[None]):
    """Follows a bench from its start on. While it runs here the screen stays: leaving would hide it."""

    AUTO_FOCUS = "#matrix-body"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "replay", "Replay"),
        Binding("r", "sort_rows", "Sort rows"),
        Binding("c", "sort_columns", "Sort columns"),
        binding_of("stop"),
        Binding(_GO_ON, "go_on", "Go on"),
        Binding("escape", "close", "Back"),
    ]

    def __init__(self, source: Source, clock: Callable[[], float]) -> None:
        super().__init__()
        self.driver = BenchDriver(source, clock, self._in_thread)

    def compose(self) -> ComposeResult:
        """Title, matrix, comparison, notice, status, keys."""
        yield Bar(id="bench-title")
        yield MatrixPanel(id="matrix")
        with VerticalScroll(id="verdict-box"):
            yield Static(id="verdict", markup=False)
        yield Static(id="bench-notice", markup=False)
        yield Bar(id="bench-status")
        yield FittingFooter()

    def on_mount(self) -> None:
        """Starts the bench."""
        self.set_interval(1 / _REFRESHES_PER_S, self._tick)
        self.driver.start()
        self._draw()

    def on_unmount(self) -> None:
        """Ends the bench however the screen ended: its thread would hold up the application."""
        self.driver.stop()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys that make no sense now are left out of the footer and do nothing."""
        driver = self.driver
        allowed = {"stop": driver.phase.active, "go_on": self._can_go_on}
        return allowed.get(action, True)

    def action_replay(self) -> None:
        """Replays the run of the cell."""
        cursor = self.query_one(MatrixPanel).cursor
        if cursor is None or self.driver.folder is None:
            return
        recording = self.driver.matrix.cell(*cursor).recording
        if recording is None:
            self.notify("This task has no recording yet.", markup=False)
            return
        self.post_message(RunChosen(self.driver.folder / recording))

    def action_sort_rows(self) -> None:
        """Orders the rows by the column of the cursor."""
        self.query_one(MatrixPanel).sort_rows()

    def action_sort_columns(self) -> None:
        """Orders the columns by the row of the cursor."""
        self.query_one(MatrixPanel).sort_columns()

    def action_stop(self) -> None:
        """Stops the bench; what ended is kept."""
        self.driver.stop()
        self._draw()

    def action_go_on(self) -> None:
        """Runs what is left, or watches again."""
        self.driver.start()
        self._draw()

    def action_close(self) -> None:
        """Goes back to the choice; a bench that runs here is to be stopped first."""
        if self.runs_here:
            self.notify("The bench is running; stop it first.", severity="warning", markup=False)
            return
        self.dismiss()

    @property
    def runs_here(self) -> bool:
        """Whether the bench runs here, so that leaving would end it."""
        return self.driver.phase.active and self.driver.source.is_run

    @property
    def _can_go_on(self) -> bool:
        driver = self.driver
        return not driver.phase.active and bool(words.notice(driver, _GO_ON))

    def _in_thread(self, work: Callable[[], None]) -> None:
        self.run_worker(work, thread=True, group="bench", exit_on_error=False)

    def _tick(self) -> None:
        if self.driver.tick():
            self._draw()
        elif self.driver.phase.active:
            self._draw_bars()

    def _draw(self) -> None:
        driver = self.driver
        self.query_one(MatrixPanel).show(driver.matrix)
        self.query_one("#verdict", Static).update(words.verdict(driver.comparison))
        notice, text = self.query_one("#bench-notice", Static), words.notice(driver, _GO_ON)
        notice.display = bool(text)
        notice.update(Content(visible(text)))
        self._draw_bars()
        self.refresh_bindings()

    def _draw_bars(self) -> None:
        self.query_one("#bench-title", Bar).set_parts(*words.title(self.driver))
        self.query_one("#bench-status", Bar).set_parts(*words.status(self.driver, self.driver.clock()))
