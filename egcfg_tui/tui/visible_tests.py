"""The visible tests of an exercise with the results of a run."""

from __future__ import annotations

from dataclasses import replace

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.tui.view import LineView, TestRow


def tested(tests: tuple[TestRow, ...], results: tuple[TestResult, ...]) -> tuple[TestRow, ...]:
    """The tests with the results of one run; empty if the run had other tests than the exercise."""
    if len(results) != len(tests):
        return ()
    return tuple(ran(row, result) for row, result in zip(tests, results, strict=True))


def ran(row: TestRow, result: TestResult) -> TestRow:
    """A test with its result."""
    return replace(
        row,
        verdict=result.status,
        error=result.error,
        guarded=result.guarded,
        got=result.got,
        expected=result.expected,
        output=result.output,
    )


def best_run(tests: tuple[TestRow, ...], line: LineView) -> tuple[TestRow, ...]:
    """The tests with the results of the best run among a line's candidates; empty if none ran."""
    executed = [rows for run in line.runs or () if (rows := tested(tests, run.results))]
    return max(executed, key=lambda rows: sum(row.verdict is Verdict.PASSED for row in rows), default=())
