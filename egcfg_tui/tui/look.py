"""What the user looks at, and all that the panels show of it: of one trial, one line, one answer.

Every panel draws from one `Shown`. So code, tests, candidates, tokens and signal always belong together,
while a solve goes on and after its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from egcfg_tui.tui.state import best_run
from egcfg_tui.tui.view import AnswerView, LineView, Signal, SolveView, TestRow, TrialView


@dataclass(frozen=True, slots=True)
class Look:
    """What was chosen to be looked at. None follows the solve: its newest trial, line, best answer."""

    trial: int | None = None
    line: int | None = None
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panels show. `trial` is None before the first one.

    `line` is the line whose candidates are shown, `chosen` the one whose tokens are: while a line is in work,
    the one before it. `growing` is the line in work where the code shows it. `looked_at`: the line or answer
    was chosen by the user. `code_of` and `tests_of` say in words whose code and whose results these are.
    """

    view: SolveView
    trial: TrialView | None
    code: str
    tests: tuple[TestRow, ...]
    code_of: str = ""
    tests_of: str = ""
    line: LineView | None = None
    chosen: LineView | None = None
    growing: LineView | None = None
    signal: Signal | None = None
    answer: AnswerView | None = None
    looked_at: bool = False

    @property
    def trial_name(self) -> str:
        """`trial 2`, where there is more than one."""
        return f"trial {self.trial.index}" if self.trial and len(self.view.trials) > 1 else ""

    @property
    def line_name(self) -> str:
        """`trial 2, line 5`: what the panels about a line name in their titles."""
        by_lines = self.trial is not None and self.trial.way.by_lines
        line = f"line {self.line.row}" if self.line and by_lines else ""
        return ", ".join(part for part in (self.trial_name, line) if part)

    @property
    def passed(self) -> int:
        """How many of the shown tests passed."""
        return sum(row.verdict == "passed" for row in self.tests)


def shown(view: SolveView, look: Look) -> Shown:
    """What there is to see. What was chosen and is gone (taken back, another solve) is followed again."""
    trial = _trial(view, look)
    if trial is None:
        return Shown(view, None, view.starter, view.tests)
    is_last = trial is view.trial
    ended = view.result is not None and trial is view.answer_trial
    if not trial.way.by_lines:
        return _sampled(view, trial, look, ended=ended)
    selected = trial.line(look.line)
    line = selected or (trial.every_line[-1] if trial.every_line else None)
    what = Shown(
        view,
        trial,
        trial.code,
        trial.tests,
        tests_of=trial.tests_of,
        line=line,
        chosen=selected or (trial.lines[-1] if trial.lines else line),
        growing=trial.current if is_last and view.phase.active else None,
        signal=trial.signal_of(line) if line else None,
        looked_at=selected is not None,
    )
    if selected is not None:
        rows = best_run(view.tests, selected)
        return replace(what, tests=rows, tests_of=f"best of line {selected.row}") if rows else what
    return _scored(what) if ended else what


def numbers(view: SolveView, look: Look) -> tuple[list[int], int | None]:
    """What can be gone through in the trial looked at, its lines or its answers, and the one looked at."""
    trial = _trial(view, look)
    if trial is None:
        return [], None
    if trial.way.by_lines:
        return [line.number for line in trial.every_line], look.line
    return [answer.number for answer in trial.answers], look.answer


def moved(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` lines or answers further; past the last one it follows the solve again."""
    known, at = numbers(view, look)
    trial = _trial(view, look)
    if trial is None or not known:
        return look
    place = known.index(at) if at in known else len(known) - 1
    if at not in known and not trial.way.by_lines:
        best = trial.best_answer
        place = known.index(best.number) if best else place
    place = max(0, place + steps)
    number = known[place] if place < len(known) else None
    if trial.way.by_lines:
        return replace(look, line=number, answer=None)
    return replace(look, answer=number, line=None)


def moved_trial(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` trials further; past the last one it follows the solve again."""
    indexes = [trial.index for trial in view.trials]
    trial = _trial(view, look)
    if trial is None:
        return look
    place = max(0, indexes.index(trial.index) + steps)
    return Look(trial=indexes[place]) if place < len(indexes) else Look()


def _trial(view: SolveView, look: Look) -> TrialView | None:
    chosen = next((trial for trial in view.trials if trial.index == look.trial), None)
    return chosen or view.answer_trial or view.trial


def _sampled(view: SolveView, trial: TrialView, look: Look, *, ended: bool) -> Shown:
    """A trial of whole answers: the one looked at, else the best."""
    selected = next((answer for answer in trial.answers if answer.number == look.answer), None)
    answer = selected or trial.best_answer
    line = trial.current
    of = f"sample {answer.number} of {len(trial.answers)}" if answer else ""
    what = Shown(
        view,
        trial,
        answer.code if answer else view.starter,
        answer.tests if answer else view.tests,
        code_of=of,
        tests_of=of,
        line=line if selected is None else None,
        answer=answer,
        looked_at=selected is not None,
    )
    return _scored(what) if ended and selected is None else what


def _scored(what: Shown) -> Shown:
    """The solution and its score, in the trial that it came from."""
    result = what.view.result
    if result is None:
        return what
    return replace(
        what,
        code=result.solution or what.code,
        tests=what.view.scored or what.tests,
        tests_of="solution" if what.view.scored else what.tests_of,
    )
