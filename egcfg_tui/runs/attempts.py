"""Says which exercises the recorded runs solved, with which methods, and which exercises only failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from egcfg_tui.runs.history import RunSummary


@dataclass(frozen=True, slots=True)
class Attempts:
    """Which methods solved an exercise in recorded runs, and which failed, in the order of `runs`."""

    solved_by: tuple[str, ...] = ()
    failed_by: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """`solved` by some run, `failed` (tried, but never solved) or `new` (never tried)."""
        return "solved" if self.solved_by else "failed" if self.failed_by else "new"


def attempts_of(runs: Iterable[RunSummary]) -> dict[str, Attempts]:
    """The attempts of each exercise, by the key of `exercise_key`.

    Runs that did not end, or that the user stopped, do not count.
    """
    found: dict[str, Attempts] = {}
    for run in runs:
        if run.solved is None or run.reason == "stopped":
            continue
        so_far = found.get(run.exercise_key, Attempts())
        solved, failed = so_far.solved_by, so_far.failed_by
        if run.solved:
            solved = tuple(dict.fromkeys((*solved, run.method)))
        else:
            failed = tuple(dict.fromkeys((*failed, run.method)))
        found[run.exercise_key] = Attempts(solved, failed)
    return found
