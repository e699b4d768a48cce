"""Which line a wish to go back means, and why there may be none."""

from __future__ import annotations

from egcfg_tui.tui.view import LineView, SolveView, TrialView


class NoWayBackError(Exception):
    """There is no line to go back to; the text says why, for the user."""


def can_be_retaken(view: SolveView, trial: TrialView | None, line: LineView) -> bool:
    """Whether going back while `line` of `trial` is looked at means that line."""
    if trial is not view.trial:
        return False
    try:
        return line_to_retake(view, line.number) is line
    except NoWayBackError:
        return False


def line_to_retake(view: SolveView, selected: int | None, asked: int | None = None) -> LineView:
    """The first line that going back takes away: the one numbered `selected`, else the last chosen one.

    `asked` is a line that is being taken back already, so that asking twice goes back twice. Raises
    `NoWayBackError`.
    """
    if not view.phase.active:
        raise NoWayBackError("Nothing is being solved: there is no line to go back to.")
    if view.trial is not None and view.way.no_way_back:
        raise NoWayBackError(view.way.no_way_back)
    trial = view.trial
    if trial is not None and trial.outcome is not None:
        raise NoWayBackError("The trial is over: there is no line to go back to.")
    lines = [line for line in (trial.lines if trial else ()) if asked is None or line.number < asked]
    if not lines:
        raise NoWayBackError("No line is chosen yet: there is nothing to go back to.")
    return next((line for line in lines if line.number == selected), lines[-1])
