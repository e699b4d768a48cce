"""What the user looks at, and all that the panels show of it: of one trial, one line, one answer.

Every panel draws from one `Shown`. So code, tests, candidates, tokens and signal always belong together,
while a solve goes on and after its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from egcfg_sandbox import TestResult, Trace
from egcfg_tui.tui.story.candidates import group_of, groups
from egcfg_tui.tui.story.programs import Program, best_known, of_answer, of_group
from egcfg_tui.tui.view import AnswerView, LineView, Signal, SolveView, TestRow, TrialView
from egcfg_tui.tui.visible_tests import best_run, tested


@dataclass(frozen=True, slots=True)
class Look:
    """What was chosen to be looked at. None follows the solve: its newest trial, line, best answer.

    `candidate` is one of the line, `test` and `step` a place in the trace of its run (or of the answer's),
    `opened` the folds of that trace that are open, `part` one of the signal's parts.
    """

    trial: int | None = None
    line: int | None = None
    answer: int | None = None
    candidate: int | None = None
    test: int | None = None
    step: int | None = None
    opened: frozenset[int] = frozenset()
    part: int | None = None


FOLLOWING: Final = Look()


@dataclass(frozen=True, slots=True)
class Shown:
    """What the panels show. `trial` is None before the first one.

    `line` is the line whose candidates are shown, `chosen` the one whose tokens are: while a line is in work,
    the one before it. `growing` is the line in work where the code shows it. `looked_at`: the line or answer
    was chosen by the user. `code_of` and `tests_of` say in words whose code and whose results these are.

    `program` is what the trace is of: the candidate or answer looked at, else the best known. `inspected`:
    code and tests are those of it, not of the trial. `look` is what was chosen.
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
    program: Program | None = None
    inspected: bool = False
    look: Look = FOLLOWING

    @property
    def result(self) -> tuple[int, TestResult] | None:
        """The test of the program that is looked at, by its place, and its result."""
        return self.program.result(self.look.test) if self.program else None

    @property
    def trace(self) -> Trace | None:
        """The trace of that test."""
        return self.program.trace(self.look.test) if self.program else None

    @property
    def step_row(self) -> int | None:
        """The row of the program's code on which the step looked at is, from 1."""
        step, trace = self.look.step, self.trace
        if not self.inspected or step is None or trace is None or step >= len(trace.events):
            return None
        return trace.events[step].line

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
    return replace(_inspected(_followed(view, look), look), look=look)


def _followed(view: SolveView, look: Look) -> Shown:
    """The trial with the line or answer looked at."""
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


def _inspected(what: Shown, look: Look) -> Shown:
    """The same with the candidate, or the step of an answer, that is looked at."""
    trial, line = what.trial, what.line
    if trial is None:
        return what
    if what.answer is not None:
        program: Program | None = of_answer(what.answer, trial.name_of(what.answer))
        picked = look.step is not None and what.looked_at
    else:
        group = group_of(groups(line), look.candidate) if line is not None and line.candidates else None
        program = of_group(group, line, trial.code) if group and line else best_known(trial, line)
        answer = program is not None and program.candidate is None and look.candidate is None
        picked = what.looked_at and (group is not None or (answer and look.step is not None))
    if program is None or not picked:
        return replace(what, program=program)
    return replace(
        what,
        program=program,
        inspected=True,
        code=program.code,
        code_of=program.name,
        tests=tested(what.view.tests, program.results) or what.view.tests,
        tests_of=program.name,
        growing=None,
    )


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
        return Look(look.trial, line=number)
    return Look(look.trial, answer=number)


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
    of = f"{trial.name_of(answer)} of {len(trial.answers)}" if answer else ""
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
