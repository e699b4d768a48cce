"""Which exercises were solved, failed or never tried in the recorded runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from egcfg_tui.runs import RunSummary
from egcfg_tui.runs.attempts import attempts_of, key_of

RUN = RunSummary("id", Path("r"), "2026", "17", "t", "auto", "tiny", 0, True, "", 1.0, 9, 9, "mbpp.jsonl#17")


def test_an_exercise_is_known_by_its_file_s_name_and_its_id() -> None:
    assert key_of("17", "/data/mbpp.jsonl#17") == key_of("17", "mbpp.jsonl#17")
    assert key_of("HumanEval/3", "h.jsonl#HumanEval/3") == ("h.jsonl", "HumanEval/3")
    assert key_of("17", "other.jsonl#17") != key_of("17", "mbpp.jsonl#17")
    assert key_of("cheer", "bundled/cheer.toml") == ("cheer.toml", "cheer")


def test_the_state_is_the_best_that_a_run_came_to() -> None:
    failed = replace(RUN, solved=False, method="greedy")
    found = attempts_of([failed, RUN, replace(RUN, method="egcfg"), RUN])
    (attempts,) = found.values()
    assert attempts.state == "solved"
    assert (attempts.solved_by, attempts.failed_by) == (("auto", "egcfg"), ("greedy",))
    assert attempts_of([failed])[key_of("17", "mbpp.jsonl#17")].state == "failed"


def test_runs_that_did_not_end_count_for_nothing() -> None:
    assert attempts_of([replace(RUN, solved=None), replace(RUN, solved=False, reason="stopped")]) == {}
