"""Tasks on many workers get one record each, even if workers are lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fake_bench import FakeMachine, finished, setup_of, timeless

from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.bench.distributed import Answer, run_distributed
from egcfg_tui.bench.events import BenchEvent, BenchFinished, BenchStopped, TaskEnded, TaskStarted
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.records import BenchError, Outcome, Record, read_records
from egcfg_tui.bench.setup import BenchSetup
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import EngineLoaded, Event, FailureKind, SolveFailed
from egcfg_tui.runs import TimedEvent, read_recording
from egcfg_tui.solving.request.solve_request import SolveRequest


@dataclass
class FakeWorkers:
    """Workers that answer in a random order; `is_lost(request)` says which tasks kill their worker."""

    count: int = 2
    seed: int = 0
    is_lost: Callable[[SolveRequest], bool] = lambda _request: False
    load: Callable[[int], Event | None] = lambda _worker: EngineLoaded("tiny", "tiny", "cpu", 2048, 0.5)
    started: int = 0
    models: dict[int, str] = field(default_factory=dict)
    asked: dict[int, tuple[TimedEvent, ...] | None] = field(default_factory=dict)
    most_at_once: int = 0
    ran: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._dice = Random(self.seed)

    def start(self, spec: ModelSpec, missing_layers: tuple[str, ...]) -> int:
        assert len(set(self.models.values()) | {spec.name}) == 1, "two models are in memory"
        self.started += 1
        self.models[self.started] = spec.name
        self.most_at_once = max(self.most_at_once, len(self.models))
        loaded = self.load(self.started)
        self.asked[self.started] = None if loaded is None else (TimedEvent(0.1, loaded),)
        return self.started

    def solve(self, worker: int, request: SolveRequest, prices: PriceTable | None) -> None:
        assert worker not in self.asked, "a worker does one thing at a time"
        self.ran.append(request.exercise.id)
        end = TimedEvent(2.5, finished(request, self.models[worker]))
        self.asked[worker] = None if self.is_lost(request) else (end,)

    def answers(self, timeout_s: float) -> list[Answer]:
        worker = self._dice.choice(list(self.asked))
        return [Answer(worker, self.asked.pop(worker))]

    def end(self, worker: int) -> None:
        self.models.pop(worker, None)
        self.asked.pop(worker, None)


def run(
    setup: BenchSetup, path: Path, workers: FakeWorkers, stopper: Stopper | None = None
) -> Iterator[BenchEvent]:
    machine = FakeMachine()
    return run_distributed(setup, BenchFolder(path), workers, machine.open_session, stopper or Stopper())


def by_task(path: Path) -> dict[object, Record]:
    records = read_records(path / "records.jsonl")
    assert len({record.task for record in records}) == len(records)
    return {record.task: timeless(record) for record in records}


@given(seed=st.integers(0, 1000), count=st.integers(1, 5), lost=st.sets(st.integers(0, 30), max_size=6))
def test_the_records_are_those_of_one_machine_whatever_workers_are_lost(
    tmp_path_factory: pytest.TempPathFactory, seed: int, count: int, lost: set[int]
) -> None:
    setup = setup_of(exercises=4, models=("tiny", "small"))
    alone, many = tmp_path_factory.mktemp("alone"), tmp_path_factory.mktemp("many")
    list(FakeMachine().run(setup, alone))
    calls = iter(range(10**6))
    workers = FakeWorkers(count, seed, lambda _request: next(calls) in lost)
    assert list(run(setup, many, workers))[-1].__class__ is BenchFinished
    found = {task: record for task, record in by_task(many).items() if record.outcome is not Outcome.FAULT}
    assert found.items() <= by_task(alone).items()
    if len(lost) < 3:
        assert found == by_task(alone)
    assert workers.most_at_once <= count
    assert not workers.models, "every worker was ended"


def test_a_task_that_ends_every_worker_becomes_a_fault_and_the_others_go_on(tmp_path: Path) -> None:
    setup = setup_of(methods=("auto",))
    workers = FakeWorkers(is_lost=lambda request: request.exercise.id == "ex1")
    assert list(run(setup, tmp_path, workers))[-1] == BenchFinished(faults=1)
    faults = [r for r in read_records(tmp_path / "records.jsonl") if r.outcome is Outcome.FAULT]
    assert [(record.exercise, record.fault) for record in faults] == [
        ("ex1", "3 workers were lost while they ran it")
    ]
    assert Counter(workers.ran) == {"ex0": 1, "ex1": 3, "ex2": 1}


def test_times_are_those_of_the_worker(tmp_path: Path) -> None:
    list(run(setup_of(), tmp_path, FakeWorkers()))
    for record in read_records(tmp_path / "records.jsonl"):
        assert record.wall_s == 2.5
        assert record.recording is not None
        assert read_recording(tmp_path / record.recording).events[-1].t == 2.5


def test_a_stop_keeps_what_ended_and_the_next_run_does_the_rest(tmp_path: Path) -> None:
    setup, stopper, workers, events = setup_of(), Stopper(), FakeWorkers(), []
    for event in run(setup, tmp_path, workers, stopper):
        events.append(event)
        if isinstance(event, TaskEnded):
            stopper.request()
    assert events[-1] == BenchStopped(left=5)
    assert not workers.models
    list(FakeMachine().run(setup, tmp_path))
    assert by_task(tmp_path).keys() == set(setup.plan.tasks())


def test_a_worker_that_cannot_load_ends_the_bench_with_its_reason(tmp_path: Path) -> None:
    def load(worker: int) -> Event:
        if worker == 2:
            return SolveFailed(FailureKind.MODEL, "not enough memory for the model")
        return EngineLoaded("tiny", "tiny", "cpu", 2048, 0.5)

    workers = FakeWorkers(load=load)
    with pytest.raises(BenchError, match=r"by worker 2: not enough memory(.|\n)*fewer workers"):
        list(run(setup_of(), tmp_path, workers))
    assert not workers.models


@pytest.mark.parametrize(("lost", "ends"), [({1}, True), ({2, 3}, True), ({1, 2, 3}, False)])
def test_workers_that_are_lost_while_they_load_are_replaced_but_not_forever(
    tmp_path: Path, lost: set[int], ends: bool
) -> None:
    loaded = EngineLoaded("tiny", "tiny", "cpu", 2048, 0.5)
    workers = FakeWorkers(load=lambda worker: None if worker in lost else loaded)
    bench = run(setup_of(), tmp_path, workers)
    if ends:
        assert list(bench)[-1] == BenchFinished(faults=0)
        return
    with pytest.raises(BenchError, match="by worker 3: the worker was lost"):
        list(bench)


def test_no_more_workers_are_started_than_tasks_are_left(tmp_path: Path) -> None:
    workers = FakeWorkers(count=50)
    events = list(run(setup_of(exercises=2, methods=("auto",)), tmp_path, workers))
    assert sum(isinstance(event, TaskStarted) for event in events) == 2
    assert workers.started <= 3
