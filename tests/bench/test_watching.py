"""A bench is followed by reading its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_bench import FakeMachine, setup_of

from egcfg_tui.bench.events import (
    BenchEvent,
    BenchFinished,
    BenchStarted,
    BenchStopped,
    TaskEnded,
    TaskFound,
    TaskStarted,
)
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.records import BenchError, read_records
from egcfg_tui.bench.watching import watch_bench


def run_until(bench: Iterator[BenchEvent], kind: type[BenchEvent]) -> None:
    next(event for event in bench if isinstance(event, kind))


def test_what_ends_while_one_watches_is_told_as_it_ends(tmp_path: Path) -> None:
    setup = setup_of()
    bench = FakeMachine().run(setup, tmp_path)
    run_until(bench, TaskEnded)
    watched = list(watch_bench(BenchFolder(tmp_path), lambda _seconds: next(bench, None)))  # type: ignore[arg-type]
    assert watched[0] == BenchStarted(setup.plan)
    assert watched[-1] == BenchFinished(faults=0)
    records = read_records(tmp_path / "records.jsonl")
    assert [event.record for event in watched if isinstance(event, TaskFound)] == records[:1]
    assert [event.record for event in watched if isinstance(event, TaskEnded)] == records[1:]
    assert [event.task for event in watched if isinstance(event, TaskStarted)] == list(setup.plan.tasks())[1:]


def test_a_bench_that_nobody_runs_is_told_as_stopped(tmp_path: Path) -> None:
    bench = FakeMachine().run(setup_of(), tmp_path)
    run_until(bench, TaskEnded)
    bench.close()  # type: ignore[attr-defined]
    assert list(watch_bench(BenchFolder(tmp_path)))[-1] == BenchStopped(left=5)


def test_a_finished_bench_is_shown_at_once(tmp_path: Path) -> None:
    list(FakeMachine().run(setup_of(), tmp_path))
    assert isinstance(list(watch_bench(BenchFolder(tmp_path)))[-1], BenchFinished)


def test_a_line_that_is_being_written_is_waited_for(tmp_path: Path) -> None:
    setup = setup_of(exercises=1, methods=("auto",))
    bench = FakeMachine().run(setup, tmp_path)
    run_until(bench, TaskEnded)
    records = tmp_path / "records.jsonl"
    whole = records.read_bytes()
    records.write_bytes(whole[:100])
    watched = list(watch_bench(BenchFolder(tmp_path), lambda _seconds: records.write_bytes(whole)))  # type: ignore[arg-type]
    assert len([event for event in watched if isinstance(event, TaskEnded)]) == 1


def test_watching_no_bench_is_told(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="is not a bench"):
        list(watch_bench(BenchFolder(tmp_path)))
