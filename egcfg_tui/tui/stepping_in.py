"""What the user puts in the place of the model's lines, and why that may not be possible."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_tui.events import Author
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.story.candidates import group_of, groups
from egcfg_tui.tui.view import Phase, SolveView, TrialView


class CannotStepIn(Exception):
    """The code cannot be changed here; the text says why, for the user."""


@dataclass(frozen=True, slots=True)
class NewCode:
    """`text` in the place of all lines from `line` on; an empty one only takes them back."""

    line: int
    text: str
    author: Author


def why_not(view: SolveView) -> str:
    """Why the code cannot be changed now, as a sentence; empty where it can."""
    trial = view.trial
    if not view.phase.active:
        return "Nothing is being solved: there is no code to change."
    if trial is not None and trial.way.no_way_back:
        return f"Only the lines of guided trials can be changed, and this one is {trial.method}."
    if trial is None or trial.outcome is not None:
        return "No trial is in work: there is no code to change."
    return "" if view.phase is Phase.PAUSED else "Pause the solve first: its code changes while you look."


def candidate_taken(shown: Shown) -> NewCode:
    """The candidate looked at in the place of its line and all after it. Raises `CannotStepIn`."""
    if reason := why_not(shown.view):
        raise CannotStepIn(reason)
    line = shown.line
    if shown.trial is not shown.view.trial:
        raise CannotStepIn("This trial is over: only candidates of the one in work can be gone on from.")
    if line is None or not line.candidates:
        raise CannotStepIn("This line has no candidates to go on from.")
    group = group_of(groups(line), shown.look.candidate)
    if group is None:
        raise CannotStepIn("Choose a candidate first, with the arrows or a click.")
    text = next(one.text for one in line.candidates if one.index == group.indexes[0])
    return NewCode(line.number, text, Author.CANDIDATE)


def text_to_edit(trial: TrialView) -> str:
    """The code with what there is of the line in work."""
    return trial.code + (trial.current.text if trial.current is not None else "")


def code_edited(view: SolveView, edited: str) -> NewCode | None:
    """What an edited text changes: the first line that differs, and all behind it. None where nothing does.

    Raises `CannotStepIn`.
    """
    trial = view.trial
    if trial is None:
        raise CannotStepIn(why_not(view))
    if edited.rstrip() == text_to_edit(trial).rstrip():
        return None
    before = [view.starter]
    for line in trial.lines:
        before.append(before[-1] + line.text)
    for number, code in reversed(list(enumerate(before, start=1))):
        if edited.startswith(code):
            return NewCode(number, edited[len(code) :], Author.USER)
    raise CannotStepIn("The exercise gives the first rows of the code: they stay as they are.")
