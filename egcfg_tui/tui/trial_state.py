"""What an event does to the trial in work: its lines, candidates, answers, and the results that it shows."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from egcfg_tui.events import (
    CandidateRun,
    CandidatesExecuted,
    CandidatesGrown,
    CandidatesSampled,
    CodeExecuted,
    Event,
    LineChosen,
    LineGrown,
    LinesRestored,
    LinesRewound,
    Outcome,
    SignalBuilt,
    TrialFinished,
)
from egcfg_tui.solving.mutation.differences import difference
from egcfg_tui.solving.text.prefixes import canonical
from egcfg_tui.solving.text.rows import last_row, next_row
from egcfg_tui.tui.view import AnswerView, LineView, Signal, TestRow, TrialView
from egcfg_tui.tui.visible_tests import best_run, tested


@singledispatch
def fold_trial(event: Event, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """The trial after one more event; the very same trial for an event that is not about it.

    `tests` are the exercise's visible tests without results.
    """
    return trial


@fold_trial.register
def _(event: TrialFinished, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """The answer of a trial that passed is its code; other trials keep the code that they came to."""
    if event.outcome is Outcome.PASSED and event.code:
        trial = replace(_with_winner(trial, event.code), code=event.code)
    return replace(
        trial, outcome=event.outcome, wall_s=event.wall_s, tokens=event.tokens.evaluated, runs=event.runs
    )


@fold_trial.register
def _(event: CandidatesGrown, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    return replace(trial, current=replace(_current(trial), growing=event.texts))


@fold_trial.register
def _(event: CandidatesSampled, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    line = _current(trial, event.line, event.row)
    return replace(trial, current=replace(line, growing=(), candidates=event.candidates, runs=None))


@fold_trial.register
def _(event: CandidatesExecuted, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    line = replace(_current(trial, event.line, event.row), runs=event.runs)
    return _with_best_run(replace(trial, current=line), line)


@fold_trial.register
def _(event: SignalBuilt, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    line = _current(trial, event.line, event.row)
    signal = Signal(line.row, event.text, event.tokens, event.dropped, event.parts, event.origins)
    return replace(trial, current=replace(line, signal=signal))


@fold_trial.register
def _(event: LineGrown, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    return replace(trial, current=replace(_current(trial, event.line, event.row), text=event.text))


@fold_trial.register
def _(event: LineChosen, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """A line without text is the answer's end, not a line."""
    line = _current(trial, event.line, event.row)
    kept = tuple(line for line in trial.lines if line.number < event.line)
    if event.text.strip():
        rows = (event.row, last_row(event.code))
        chosen = replace(
            line,
            text=event.text,
            row=rows[0],
            rows=rows,
            growing=(),
            gamma=event.gamma,
            tokens=event.tokens,
            author=event.author,
        )
        kept = (*kept, chosen)
    return replace(trial, code=event.code, lines=kept, current=None)


@fold_trial.register
def _(event: CodeExecuted, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """The tests follow what is whole and as good as anything before; a trial of samples shows its best."""
    rows = tested(tests, event.results)
    executed = event.executed or canonical(event.source) or ""
    answer = AnswerView(
        len(trial.answers) + 1,
        event.source,
        rows or tests,
        event.results if rows else (),
        executed,
        difference(event.mutant_of, executed) if event.mutant_of else "",
    )
    best = trial.best_answer
    told = replace(_with_answer(trial, event), answers=(*trial.answers, answer))
    if not trial.way.by_lines:
        if best is None or answer.passed > best.passed:
            told = replace(told, code=answer.code, tests=answer.tests, tests_of=told.name_of(answer))
    elif trial.current is None or trial.current.runs is None or answer.passed > trial.passed:
        told = replace(told, tests=answer.tests, tests_of="whole answer")
    return told


@fold_trial.register
def _(event: LinesRewound, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """The tests go back too: to the latest runs on the way to what is left of the code, if there are any."""
    kept = tuple(line for line in trial.lines if line.number < event.line)
    before = (*trial.before, replace(trial, before=()))
    trial = replace(trial, code=event.code, lines=kept, current=None, tests=tests, tests_of="", before=before)
    for line in kept:
        trial = _with_best_run(trial, line)
    return replace(trial, current=_current(trial, event.line, event.row))


@fold_trial.register
def _(event: LinesRestored, trial: TrialView, tests: tuple[TestRow, ...]) -> TrialView:
    """The lines are back with their story, where they had one."""
    *earlier, last = trial.before or (replace(trial, before=()),)
    restored = replace(
        trial,
        code=event.code,
        lines=tuple(line for line in last.lines if line.number < event.line),
        current=None,
        tests=last.tests,
        tests_of=last.tests_of,
        before=tuple(earlier),
    )
    return replace(restored, current=_current(restored, event.line, event.row))


def _current(trial: TrialView, number: int | None = None, row: int | None = None) -> LineView:
    """The line in work: the known one if `number` is still its own, else a new one that begins on `row`.

    Without a number it is the line behind the code.
    """
    if trial.current and number in (None, trial.current.number):
        return trial.current
    if number is None or row is None:
        number, row = trial.lines[-1].number + 1 if trial.lines else 1, next_row(trial.code)
    tail = trial.code.rpartition("\n")[2]
    return LineView(number, row, lead="" if tail.strip() else tail)


def _with_best_run(trial: TrialView, line: LineView) -> TrialView:
    """The trial with the results of the best run of a line's candidates, if anything of it ran."""
    rows = best_run(trial.tests, line)
    return replace(trial, tests=rows, tests_of=f"best of line {line.row}") if rows else trial


def _with_answer(trial: TrialView, event: CodeExecuted) -> TrialView:
    """The results of an answer beside the candidate that it is, where no run stands there yet."""
    line = trial.current
    if line is None:
        return trial
    shown = {index for run in line.runs or () for index in run.candidates}
    same = tuple(
        candidate.index
        for candidate in line.candidates
        if candidate.index not in shown and candidate.text and event.source.endswith(candidate.text)
    )
    if not same:
        return trial
    run = CandidateRun(same, event.source, event.results)
    return replace(trial, current=replace(line, runs=(*(line.runs or ()), run)))


def _with_winner(trial: TrialView, answer: str) -> TrialView:
    """Where a candidate was the answer, its line counts as chosen: all rows the candidate added."""
    line = trial.current
    if line is None or not trial.way.by_lines:
        return trial
    for candidate in line.candidates:
        if candidate.text and answer == trial.code + candidate.text:
            first = trial.code.count("\n") + 1
            last = max(first, last_row(answer))
            chosen = replace(line, text=candidate.text, row=first, rows=(first, last))
            return replace(trial, lines=(*trial.lines, chosen), current=None)
    return trial
