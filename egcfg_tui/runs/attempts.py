"""Says which exercises the recorded runs solved, with which methods, and which exercises only failed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from egcfg_tui.runs.history import RunSummary

Key = tuple[str, str]
"""The name of an exercise's file and its id; no folder, since the file may have been moved."""


@dataclass(frozen=True, slots=True)
class Attempts:
    """Which methods solved an exercise in recorded runs, and which failed, in the order of `runs`."""

    solved_by: tuple[str, ...] = ()
    failed_by: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """`solved` by some run, `failed` (tried, but never solved) or `new` (never tried)."""
        return "solved" if self.solved_by else "failed" if self.failed_by else "new"


def key_of(exercise_id: str, source: str) -> Key:
    """The key of an exercise that came from `source`: a file, a folder or `FILE#ID`."""
    return PurePath(source.removesuffix(f"#{exercise_id}")).name, exercise_id


def attempts_of(runs: Iterable[RunSummary]) -> dict[Key, Attempts]:
    """The attempts of each exercise. Runs that did not end, or that the user stopped, do not count."""
    found: dict[Key, Attempts] = {}
    for run in runs:
        if run.solved is None or run.reason == "stopped":
            continue
        key = key_of(run.exercise, run.source)
        so_far = found.get(key, Attempts())
        solved, failed = so_far.solved_by, so_far.failed_by
        if run.solved:
            solved = tuple(dict.fromkeys((*solved, run.method)))
        else:
            failed = tuple(dict.fromkeys((*failed, run.method)))
        found[key] = Attempts(solved, failed)
    return found
