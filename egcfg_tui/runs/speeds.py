"""How fast models were in the runs that are kept."""

from __future__ import annotations

from collections.abc import Iterable

from egcfg_tui.runs.history import RunSummary


def last_speeds(runs: Iterable[RunSummary]) -> dict[str, float]:
    """Tokens per second of each model's last run, the newest run being the first.

    All tokens that the model evaluated, over all seconds of the solve: runs of programs and waiting included.
    """
    speeds: dict[str, float] = {}
    for run in runs:
        if run.tokens and run.wall_s:
            speeds.setdefault(run.model, run.tokens / run.wall_s)
    return speeds
