"""Attempts: what the runs of a refresh have to tell, before it is put into words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.prompting.signal import Attempt
from egcfg_tui.solving.text.prefixes import shape


def attempts_of(candidates: Sequence[Candidate], runs: Sequence[CandidateRun]) -> list[Attempt]:
    """The runs that have results, complete where a candidate behind them is."""
    complete = {candidate.index for candidate in candidates if candidate.complete}
    return [
        Attempt(run.source, not complete.isdisjoint(run.candidates), run.results)
        for run in runs
        if run.source is not None and run.results
    ]


def distinct(attempts: Sequence[Attempt]) -> list[Attempt]:
    """The attempts that do different things: the first of each shape, complete where one of them is.

    Under other names the same code does the same; a signal that says so twice tells nothing twice.
    """
    by_shape: dict[str, Attempt] = {}
    for attempt in attempts:
        first = by_shape.setdefault(shape(attempt.source), attempt)
        if attempt.complete and not first.complete:
            by_shape[shape(attempt.source)] = replace(first, complete=True)
    return list(by_shape.values())
