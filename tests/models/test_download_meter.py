"""The meter of downloads."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.models.download_meter import Meter

STEPS = st.lists(st.tuples(st.floats(0.0, 3.0), st.integers(0, 400)), min_size=1, max_size=40)


def measured(total: int, steps: list[tuple[float, int]], start: int = 0) -> list[tuple[int, int, float]]:
    reports: list[tuple[int, int, float]] = []
    now, done = 0.0, start
    meter = Meter(total, lambda *report: reports.append(report), clock=lambda: now)
    meter.start(start)
    for seconds, count in steps:
        now, done = now + seconds, done + count
        meter.at(done)
    return reports


@given(steps=STEPS)
def test_reports_grow_never_pass_the_total_and_are_few(steps: list[tuple[float, int]]) -> None:
    reports = measured(1000, steps)
    positions = [done for done, _, _ in reports]
    assert positions == sorted(positions)
    assert all(done <= total == 1000 and rate >= 0 for done, total, rate in reports)
    assert len(reports) <= sum(seconds for seconds, _ in steps) / 0.1 + 2


@given(steps=STEPS)
def test_the_end_is_reported_exactly_once(steps: list[tuple[float, int]]) -> None:
    reports = measured(100, [*((0.0, count) for _, count in steps), (0.0, 100)])
    assert [done for done, _, _ in reports].count(100) == 1


def test_the_rate_is_that_of_the_last_seconds() -> None:
    reports = measured(10_000, [(1.0, 10)] * 20 + [(1.0, 500)] * 8)
    assert reports[19] == (190, 10_000, 10.0)
    assert reports[-1][2] == 500.0


def test_what_was_there_before_does_not_count_as_transferred() -> None:
    assert measured(1000, [(1.0, 10)], start=900) == [(900, 1000, 0.0), (910, 1000, 10.0)]
