"""The trials of the solve: what each was, how far it came, and which one the answer is from."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.events import Click
from textual.geometry import Size
from textual.message import Message

from egcfg_tui.terminal_text import counted_things
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.view import TrialView
from egcfg_tui.tui.widgets.lines import LinesPanel

METHOD_CELLS: Final = 7


class TrialsPanel(LinesPanel):
    """A row for each trial; a click looks at it. Hidden until there is one."""

    class TrialClicked(Message):
        """The user pointed at a trial."""

        def __init__(self, index: int) -> None:
            super().__init__()
            self.index = index

    _indexes: tuple[int, ...] = ()

    def on_click(self, event: Click) -> None:
        """Tells which trial was meant."""
        offset = event.get_content_offset(self)
        row = -1 if offset is None else offset.y + self.scroll_offset.y
        if 0 <= row < len(self._indexes):
            self.post_message(self.TrialClicked(self._indexes[row]))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A row for each trial; asked for by the layout."""
        return len(self._indexes)

    def show(self, shown: Shown) -> None:
        """Draws the trials; the one looked at is marked."""
        trials = shown.view.trials
        self.display = bool(trials)
        indexes = tuple(trial.index for trial in trials)
        if len(indexes) != len(self._indexes):
            self.refresh(layout=True)
        self._indexes = indexes
        if not trials:
            return
        looked_at = trials.index(shown.trial) if shown.trial in trials else len(trials) - 1
        answer, tests = shown.view.answer_trial, len(shown.view.tests)
        rows = [trial_line(trial, tests, is_answer=trial is answer) for trial in trials]
        self.set_lines(rows, range(looked_at, looked_at + 1))
        self.set_title("Trials", str(len(trials)) if len(trials) > 1 else "")
        self.show_line(looked_at)


def trial_line(trial: TrialView, tests: int, *, is_answer: bool) -> Content:
    """Number, method, tests passed, seconds, and the settings in words."""
    passed = trial.outcome == "passed"
    mark = Content.styled("✓" if passed else "·" if trial.outcome else "▸", _style(trial))
    seconds = f"{trial.wall_s:6.1f} s" if trial.outcome else f"{'…':>8}"
    parts = [
        mark,
        Content(f"{trial.index:>2} "),
        Content(f"{trial.method:<{METHOD_CELLS}}"),
        Content.styled(f"{trial.passed:>3}/{tests}", "$text-success" if passed else "$foreground")
        if tests
        else Content.styled("not judged", MUTED),
        Content.styled(seconds, MUTED),
        Content.styled(f"  {settings_words(trial)}", MUTED),
    ]
    if is_answer:
        parts.insert(3, Content.styled("★ ", "bold $text-success"))
    return Content("").join(parts)


def settings_words(trial: TrialView) -> str:
    """The settings that the trial heeds, and what it started from."""
    if trial.way.guided:
        start = f", from {trial.attempts} failed" if trial.attempts else ""
        return f"γ {trial.gamma:g} {trial.settings}{start}"
    if not trial.way.by_lines:
        answers = counted_things(len(trial.answers), "answer")
        runs = f"{trial.runs} runs, " if trial.runs > len(trial.answers) else ""
        return f"{runs}{answers}, {trial.settings}"
    return ""


def _style(trial: TrialView) -> str:
    if trial.outcome is None:
        return "bold $text-primary"
    return "bold $text-success" if trial.outcome == "passed" else MUTED
