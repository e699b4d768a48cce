"""Moves the look inside a run's story: to another candidate, test, step, or part of the signal.

What is moved to is held fast, while the solve goes on.
"""

from __future__ import annotations

from dataclasses import replace

from egcfg_tui.tui.look import Look, Shown, shown
from egcfg_tui.tui.signal_origins import origin_of, steps_of
from egcfg_tui.tui.story.candidates import group_of, groups
from egcfg_tui.tui.story.steps import Fold, folded_at, place, table
from egcfg_tui.tui.view import SolveView


def moved_candidate(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` candidates further. From no candidate it comes to the one that the trace is of."""
    what = shown(view, look)
    if what.line is None or what.program is None or not what.line.candidates:
        return look
    found = groups(what.line)
    at = next((at for at, group in enumerate(found) if what.program.candidate in group.indexes), 0)
    if look.candidate is not None:
        at = min(max(0, at + steps), len(found) - 1)
    return replace(_held(what), candidate=found[at].indexes[0])


def at_candidate(view: SolveView, look: Look, place_in_list: int) -> Look:
    """The look at a candidate by its place in the list."""
    what = shown(view, look)
    found = groups(what.line) if what.line is not None and what.line.candidates else []
    if not 0 <= place_in_list < len(found):
        return look
    return replace(_held(what), candidate=found[place_in_list].indexes[0])


def moved_test(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` tests further; behind the last comes the first."""
    what = shown(view, look)
    if what.program is None or what.result is None:
        return look
    test = (what.result[0] + steps) % len(what.program.results)
    step = None if what.program.candidate is not None and look.step is None else 0
    return replace(_held(what), candidate=what.program.candidate, test=test, step=step)


def moved_step(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` rows of the trace further; from none it comes to the first."""
    what = shown(view, look)
    if what.program is None or what.trace is None or not what.trace.events:
        return look
    rows = table(what.program.code, what.trace, look.opened)
    at = place(rows, look.step) if look.step is not None else -1 if steps > 0 else 0
    return at_row(view, look, at + steps)


def at_row(view: SolveView, look: Look, row: int) -> Look:
    """The look at a row of the trace; the ends hold."""
    what = shown(view, look)
    if what.program is None or what.trace is None or not what.trace.events:
        return look
    rows = table(what.program.code, what.trace, look.opened)
    step = rows[min(max(0, row), len(rows) - 1)].index
    held = replace(_held(what), candidate=what.program.candidate, opened=look.opened)
    return replace(held, test=what.result[0] if what.result else None, step=step)


def turned_fold(view: SolveView, look: Look) -> Look:
    """The fold that is looked at opened; the one that the step looked at belongs to closed again."""
    what = shown(view, look)
    if what.program is None or what.trace is None or look.step is None:
        return look
    rows = table(what.program.code, what.trace, look.opened)
    row = rows[place(rows, look.step)]
    if isinstance(row, Fold):
        return replace(look, opened=look.opened | {row.index})
    fold = folded_at(what.program.code, what.trace, look.step)
    if fold is None or fold.index not in look.opened:
        return look
    return replace(look, opened=look.opened - {fold.index}, step=fold.index)


def moved_part(view: SolveView, look: Look, steps: int) -> Look:
    """The look `steps` parts of the signal further, at what they were made of."""
    what = shown(view, look)
    if what.signal is None or not what.signal.parts:
        return look
    at = look.part + steps if look.part is not None else 0 if steps > 0 else len(what.signal.parts) - 1
    return at_part(view, look, at)


def at_part(view: SolveView, look: Look, index: int) -> Look:
    """The look at a part of the signal and at what it was made of; the ends hold."""
    what = shown(view, look)
    if what.signal is None or what.line is None or not what.signal.parts:
        return look
    index = min(max(0, index), len(what.signal.parts) - 1)
    part = what.signal.parts[index]
    held = replace(_held(what), part=index)
    origin = origin_of(what, part)
    if origin is None or origin.line == 0 or what.trial is None:
        return held
    line = what.trial.line(origin.line)
    if line is None or line.runs is None or origin.run >= len(line.runs):
        return held
    run = line.runs[origin.run]
    group = group_of(groups(line), run.candidates[0]) if run.candidates else None
    if group is None:
        return held
    at = replace(held, line=line.number, candidate=group.indexes[0], test=part.test)
    trace = None if part.test is None or part.test >= len(run.results) else run.results[part.test].trace
    return replace(at, step=next(iter(steps_of(part, trace)), None)) if trace is not None else at


def _held(what: Shown) -> Look:
    """The look at what is shown, however the solve goes on."""
    trial, line, answer = what.trial, what.line, what.answer
    return Look(
        trial.index if trial else None,
        line.number if line and answer is None else None,
        answer.number if answer else None,
    )
