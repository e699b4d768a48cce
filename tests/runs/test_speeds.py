"""How fast models were in the recorded runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from egcfg_tui.runs import RunSummary
from egcfg_tui.runs.speeds import last_speeds

RUN = RunSummary("id", Path("r"), "2026", "17", "t", "auto", "tiny", 0, True, "", 2.0, 90, 9)


def test_the_newest_run_that_ended_counts() -> None:
    runs = [
        replace(RUN, wall_s=None),
        replace(RUN, tokens=None),
        RUN,
        replace(RUN, tokens=1),
        replace(RUN, model="b"),
    ]
    assert last_speeds(runs) == {"tiny": 45.0, "b": 45.0}
