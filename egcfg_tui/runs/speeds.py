"""How fast models were in the recorded runs."""

from __future__ import annotations

from collections.abc import Iterable

from egcfg_tui.runs.history import RunSummary


def last_speeds(runs: Iterable[RunSummary]) -> dict[str, float]:
    """Tokens per second of each model's last run; `runs` begins with the newest.

    These are all tokens that the model evaluated, divided by all seconds of the solve. The seconds include
    runs of programs and waiting.
    """
    speeds: dict[str, float] = {}
    for run in runs:
        if run.tokens and run.wall_s:
            speeds.setdefault(run.model, run.tokens / run.wall_s)
    return speeds
