"""The summary of each model and method."""

from __future__ import annotations

import dataclasses

import pytest
from support.benches import Rows, records_of, source

from egcfg_tui.bench.comparison import Comparison, RowSummary, compare, source_of
from egcfg_tui.bench.records import Outcome
from egcfg_tui.events import StageSeconds

PATH = source({"auto": "1"}).path


def rows_of(rows: Rows) -> dict[str, RowSummary]:
    return {row.method: row for row in compare([source(rows)]).rows}


def test_costs_and_counts_of_a_worked_case() -> None:
    records = records_of({"auto": "11w0!"})
    seconds = (2.0, 4.0, 10.0, 20.0, 99.0)
    records = [
        dataclasses.replace(
            one, seconds=s, tokens=int(100 * s), runs=2, stages=StageSeconds(prompt=s / 2, line=s / 4)
        )
        for one, s in zip(records, seconds, strict=True)
    ]
    (row,) = compare([source_of(records, path=PATH)]).rows
    assert (row.planned, row.tasks, row.solved, row.visible_passed) == (5, 4, 2, 3)
    assert (row.faults, row.missing) == (1, 0)
    assert (row.median_s, row.mean_s) == (3.0, 3.0)
    assert (row.seconds, row.seconds_per_solved) == (36.0, 18.0)
    assert (row.tokens, row.tokens_per_solved) == (3600, 1800.0)
    assert row.runs == 8
    assert row.stages == StageSeconds(prompt=18.0, line=9.0)
    assert row.outcomes == {Outcome.SOLVED: 2, Outcome.WRONG: 1, Outcome.FAILED: 1, Outcome.FAULT: 1}
    assert row.share == 0.5
    assert [row.by_seconds.solved_after(s) for s in (1.9, 2, 4, 25)] == [0, 0.25, 0.5, 0.5]
    assert row.by_tokens.solved_after(200) == 0.25


def test_a_row_that_solved_nothing_has_no_price() -> None:
    row = rows_of({"auto": "00"})["auto"]
    assert (row.median_s, row.mean_s, row.seconds_per_solved, row.tokens_per_solved) == (None,) * 4


def test_rows_stand_in_the_order_of_what_they_solved() -> None:
    comparison = compare([source({"sample": "110", "greedy": "100", "auto": "101", "egcfg": "111"})])
    assert [row.method for row in comparison.rows] == ["egcfg", "auto", "sample", "greedy"]


def test_rsr_is_relative_to_the_greedy_row_of_the_same_model() -> None:
    rows: Rows = {"small/auto": "1110", "small/greedy": "1000", "large/auto": "1111"}
    comparison = compare([source(rows)])
    rsr = {row.name: row.rsr for row in comparison.rows}
    assert rsr[("small", "auto")] == pytest.approx(2 / 3)
    assert rsr[("small", "greedy")] is None
    assert rsr[("large", "auto")] is None


def test_rsr_looks_at_exercises_that_both_have_a_result_for() -> None:
    assert rows_of({"auto": "1100", "greedy": "10!!"})["auto"].rsr == pytest.approx(1)


def test_repeats_have_a_spread() -> None:
    row = rows_of({"auto": ["1100", "1110"]})["auto"]
    assert row.repeat_shares == (0.5, 0.75)
    assert (row.tasks, row.solved, row.share) == (8, 5, 0.625)
    assert rows_of({"auto": "1100"})["auto"].repeat_shares == ()


def test_solved_tasks_with_a_test_inside_the_program_are_counted() -> None:
    (row,) = compare([source({"auto": "110"}, guarded=False)]).rows
    assert row.unguarded == 2


def test_rows_of_two_benches_are_told_apart_by_the_bench_where_they_share_a_name() -> None:
    before = source({"auto": "10", "greedy": "10"}, name="before")
    after = source({"auto": "11"}, name="after")
    names = {row.name for row in compare([before, after]).rows}
    assert names == {
        ("tiny-coder (before)", "auto"),
        ("tiny-coder (after)", "auto"),
        ("tiny-coder", "greedy"),
    }


def completeness(comparison: Comparison) -> tuple[bool, int, int]:
    return (
        comparison.complete,
        sum(row.faults for row in comparison.rows),
        sum(row.missing for row in comparison.rows),
    )


def test_faults_and_missing_tasks_make_a_comparison_incomplete() -> None:
    assert completeness(compare([source({"auto": "111", "sample": "101"})])) == (True, 0, 0)
    comparison = compare([source({"auto": "11!", "sample": "1.1"})])
    assert completeness(comparison) == (False, 1, 1)
    assert comparison.notes[0].startswith("Incomplete: 1 fault and 1 missing task.")
