"""The runs that were kept: found, replayed, written out, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from egcfg_tui.runs import History, RunSummary
from egcfg_tui.tui.messages import RunChosen
from egcfg_tui.tui.run_export import ExportError, export_run, folder_for
from egcfg_tui.tui.screens.question import QuestionScreen
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.fitting_footer import FittingFooter

CREATED_CELLS: Final = 12
RESULT_CELLS: Final = 13
METHOD_CELLS: Final = 8
MODEL_CELLS: Final = 19


class RunsScreen(Screen[None]):
    """A row for each run, the newest first. Posts `RunChosen` for the run to replay."""

    AUTO_FOCUS = "#runs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "replay", "Replay", priority=True),
        Binding("slash", "search", "Search"),
        Binding("e", "export", "Export"),
        Binding("D", "delete", "Delete"),
        Binding("escape", "leave", "Back"),
        Binding("down", "to_list", "List", show=False),
    ]

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history
        self._runs: list[RunSummary] = []

    def compose(self) -> ComposeResult:
        """A search line, the columns' names, the rows."""
        yield Input(placeholder="/ searches: words of any column", id="search")
        yield Static(row("when (UTC)", "result", "seconds", "method", "model", "exercise"), id="columns")
        yield OptionList(id="runs", markup=False)
        yield Static(id="no-runs", markup=False)
        yield FittingFooter()

    def on_screen_resume(self) -> None:
        """Reads the folder again: a run may have ended meanwhile."""
        self._read()

    def on_input_changed(self, _event: Input.Changed) -> None:
        """Narrows the list to what was typed."""
        self._list()

    def on_option_list_option_selected(self, _event: OptionList.OptionSelected) -> None:
        """Replays the run."""
        self.action_replay()

    def action_search(self) -> None:
        """Lets the user type what to look for."""
        self.query_one(Input).focus()

    def action_to_list(self) -> None:
        """Goes back to the rows."""
        self.query_one(OptionList).focus()

    def action_replay(self) -> None:
        """Replays the run that is highlighted; from the search line, goes to what was found."""
        if self.query_one(Input).has_focus:
            self.action_to_list()
        elif run := self._highlighted():
            self.post_message(RunChosen(run.path))

    def action_export(self) -> None:
        """Writes the run out."""
        if run := self._highlighted():
            self._export(run)

    def action_delete(self) -> None:
        """Deletes the run, if that is meant."""
        run = self._highlighted()
        if run is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self._delete(run)

        question = f"Delete the run {run.id} ({run.title or run.exercise}) for good?"
        self.app.push_screen(QuestionScreen(question), answered)

    def action_leave(self) -> None:
        """From the search back to all rows, from the rows back to the workbench."""
        box = self.query_one(Input)
        if box.has_focus or box.value:
            box.value = ""
            self.action_to_list()
        else:
            self.dismiss(None)

    @work(thread=True, exclusive=True, group="runs", exit_on_error=False)
    def _read(self) -> None:
        """Reads the history in a thread: it may hold thousands of files."""
        self.app.call_from_thread(self._show, self._history.runs())

    @work(thread=True, exclusive=True, group="export", exit_on_error=False)
    def _export(self, run: RunSummary) -> None:
        tell, call = self.notify, self.app.call_from_thread
        call(tell, f"Writing {run.id}…", markup=False)
        try:
            folder = folder_for(run.id)
            export_run(run.path, folder)
        except ExportError as error:
            call(tell, str(error), severity="error", timeout=20, markup=False)
        else:
            call(tell, f"Solution, report, picture and recording are in {folder}", timeout=20, markup=False)

    def _delete(self, run: RunSummary) -> None:
        try:
            self._history.delete([run])
        except OSError as error:
            self.notify(f"{run.path}: cannot be removed: {error.strerror}", severity="error", markup=False)
            return
        self._show([other for other in self._runs if other != run])

    def _show(self, runs: list[RunSummary]) -> None:
        if runs != self._runs or not runs:
            self._runs = runs
            self._list()

    def _list(self) -> None:
        """Shows the runs that match, and keeps the highlight where it was."""
        options = self.query_one(OptionList)
        words = self.query_one(Input).value.split()
        found = [run for run in self._runs if run.matches(words)]
        at = options.highlighted or 0
        options.clear_options()
        options.add_options(Option(run_row(run), id=run.id) for run in found)
        options.highlighted = min(at, len(found) - 1) if found else None
        empty = self.query_one("#no-runs", Static)
        empty.display = not found
        none = "No run is kept yet." if not self._runs else "No run has these words."
        empty.update(Content(none))

    def _highlighted(self) -> RunSummary | None:
        options = self.query_one(OptionList)
        if options.highlighted is None:
            return None
        wanted = options.get_option_at_index(options.highlighted).id
        return next(run for run in self._runs if run.id == wanted)


def run_row(run: RunSummary) -> Content:
    """A run's row."""
    mark, word, style = {
        True: ("✓", "solved", "$text-success"),
        False: ("✗", run.reason or "failed", "$text-error"),
        None: ("·", "unfinished", MUTED),
    }[run.solved]
    seconds = "–" if run.wall_s is None else f"{run.wall_s:.1f}"
    created = run.created[5:16].replace("T", " ")
    return row(created, f"{mark} {word}", seconds, run.method, run.model, run.title or run.exercise, style)


def row(
    created: str, result: str, seconds: str, method: str, model: str, exercise: str, style: str = MUTED
) -> Content:
    """The columns of a row; those of foreign text are cut to their width."""
    columns: Sequence[tuple[str, int, str]] = (
        (created, CREATED_CELLS, MUTED),
        (result, RESULT_CELLS, style),
        (f"{seconds:>7}", 9, "$foreground"),
        (method, METHOD_CELLS, "$text-primary"),
        (model, MODEL_CELLS, MUTED),
    )
    cells = [
        Content.styled(one_line(text), style).truncate(width - 1, ellipsis=True, pad=True) + Content(" ")
        for text, width, style in columns
    ]
    return Content("").join([*cells, Content(one_line(exercise))])
