"""Which exercises were solved, failed or never tried in the recorded runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from egcfg_tui.runs import RunSummary
from egcfg_tui.runs.attempts import attempts_of

RUN = RunSummary("id", Path("r"), "2026", "17", "t", "auto", "tiny", 0, True, "", 1.0, 9, 9, "key")


def test_the_state_is_the_best_that_a_run_came_to() -> None:
    failed = replace(RUN, solved=False, method="greedy")
    found = attempts_of([failed, RUN, replace(RUN, method="egcfg"), RUN])
    (attempts,) = found.values()
    assert attempts.state == "solved"
    assert (attempts.solved_by, attempts.failed_by) == (("auto", "egcfg"), ("greedy",))
    assert attempts_of([failed])["key"].state == "failed"


def test_runs_that_did_not_end_count_for_nothing() -> None:
    assert attempts_of([replace(RUN, solved=None), replace(RUN, solved=False, reason="stopped")]) == {}
