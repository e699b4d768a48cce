"""Runs a bench on several workers. Only this process writes, so that every task has exactly one record."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final, Protocol

from egcfg_tui.bench.attempt import Attempt
from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.bench.events import (
    BenchEvent,
    BenchFinished,
    BenchStarted,
    BenchStopped,
    ModelLoaded,
    ModelLoading,
    TaskEnded,
    TaskStarted,
)
from egcfg_tui.bench.folder import BenchFolder, BenchWriter
from egcfg_tui.bench.ledger import Ledger
from egcfg_tui.bench.loaded_model import LoadedModel, OpenSession, Stopped
from egcfg_tui.bench.records import BenchError, Task
from egcfg_tui.bench.runner import begin
from egcfg_tui.bench.setup import BenchSetup
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import EngineLoaded, FailureKind, SolveFailed
from egcfg_tui.runs import TimedEvent
from egcfg_tui.solving.request.solve_request import SolveRequest

_POLL_S: Final = 0.3
_LOST: Final = 3
"""A task that was running on this many workers when they were lost is recorded as a fault, because it may be
the cause. The bench ends when this many workers in a row are lost while they load the model."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A worker has finished its job with these events; None: the worker is lost."""

    worker: int
    events: tuple[TimedEvent, ...] | None


class Workers(Protocol):
    """Processes on this machine or others, each with a loaded model. Each does one job at a time."""

    @property
    def count(self) -> int:
        """How many workers there can be at once."""

    def start(self, spec: ModelSpec, missing_layers: tuple[str, ...]) -> int:
        """Starts a worker and returns its number. Loading the model is its first job, with an answer."""

    def solve(self, worker: int, request: SolveRequest, prices: PriceTable | None) -> None:
        """Gives a task to a worker."""

    def answers(self, timeout_s: float) -> list[Answer]:
        """The jobs that have ended; waits up to `timeout_s` seconds for the first one."""

    def end(self, worker: int) -> None:
        """Ends a worker at once, even during a job."""


def run_distributed(
    setup: BenchSetup, folder: BenchFolder, workers: Workers, open_session: OpenSession, stopper: Stopper
) -> Iterator[BenchEvent]:
    """Runs the tasks that have no record yet on the workers; otherwise like `run_bench`.

    If the clock needs prices, `open_session` opens the model on this machine to measure them, and they hold
    for all workers. The task of a lost worker runs again on another worker.
    """
    layers = setup.plan.missing_layers
    with BenchWriter(folder) as writer:
        with LoadedModel(setup.specs, layers, open_session, stopper) as model:
            try:
                plan, prices = yield from begin(setup.plan, writer, model)
            except Stopped:
                yield BenchStopped(setup.plan.size)
                return
        setup = replace(setup, plan=plan)
        ledger = Ledger(plan, writer)
        yield BenchStarted(plan)
        yield from ledger.found()
        left = ledger.left()
        ended = 0
        for name, tasks in groupby(left, key=lambda task: task.model):
            shift = _Shift(setup, name, deque(tasks), workers, writer, ledger, prices, stopper)
            try:
                for event in shift.run():
                    ended += isinstance(event, TaskEnded)
                    yield event
            finally:
                shift.end()
            if stopper.requested:
                yield BenchStopped(len(left) - ended)
                return
        yield BenchFinished(ledger.faults)


class _Shift:
    """Runs all tasks of one model on workers that each load it once."""

    def __init__(
        self,
        setup: BenchSetup,
        model: str,
        tasks: deque[Task],
        workers: Workers,
        writer: BenchWriter,
        ledger: Ledger,
        prices: Mapping[str, PriceTable],
        stopper: Stopper,
    ) -> None:
        self._setup = setup
        self._model = model
        self._tasks = tasks
        self._workers = workers
        self._writer = writer
        self._ledger = ledger
        self._prices = prices.get(model)
        self._stopper = stopper
        self._loading: int | None = None
        self._working: dict[int, Task] = {}
        self._idle: set[int] = set()
        self._lost: Counter[Task] = Counter()
        self._lost_loading = 0

    def run(self) -> Iterator[BenchEvent]:
        """Yields events until no task is left or a stop is asked for."""
        while (self._tasks or self._working) and not self._stopper.requested:
            yield from self._hand_out()
            for answer in self._workers.answers(_POLL_S):
                if answer.worker == self._loading:
                    yield from self._loaded(answer)
                elif answer.worker in self._working:
                    yield from self._answered(answer)

    def end(self) -> None:
        """Ends the workers."""
        mine = [*self._working, *self._idle, *([] if self._loading is None else [self._loading])]
        for worker in mine:
            self._workers.end(worker)

    def _hand_out(self) -> Iterator[BenchEvent]:
        while self._tasks and self._idle:
            worker, task = self._idle.pop(), self._tasks.popleft()
            self._working[worker] = task
            yield TaskStarted(task)
            self._workers.solve(worker, self._setup.request(task), self._prices)
        # Workers load one after another, so that each sees how much memory the earlier ones have left.
        if self._tasks and self._loading is None and len(self._working) < self._workers.count:
            yield ModelLoading(self._model)
            plan = self._setup.plan
            self._loading = self._workers.start(self._setup.specs[self._model], plan.missing_layers)

    def _loaded(self, answer: Answer) -> Iterator[BenchEvent]:
        self._loading = None
        last = answer.events[-1].event if answer.events else None
        if isinstance(last, EngineLoaded):
            self._idle.add(answer.worker)
            self._lost_loading = 0
            yield ModelLoaded(self._model, last.load_s)
            return
        self._workers.end(answer.worker)
        if answer.events is None:
            self._lost_loading += 1
            if self._lost_loading < _LOST:
                return
        message = last.message if isinstance(last, SolveFailed) else "the worker was lost"
        raise BenchError(
            f"model {self._model} cannot be loaded by worker {answer.worker}: {message}\n"
            "Everything that ended is kept; repeat the command to go on, perhaps with fewer workers."
        )

    def _answered(self, answer: Answer) -> Iterator[BenchEvent]:
        task = self._working.pop(answer.worker)
        events = answer.events
        if events is None:
            self._workers.end(answer.worker)
            self._lost[task] += 1
            if self._lost[task] < _LOST:
                self._tasks.appendleft(task)
                return
            lost = SolveFailed(FailureKind.MODEL, f"{_LOST} workers were lost while they ran it")
            events = (TimedEvent(0.0, lost),)
        else:
            self._idle.add(answer.worker)
        now = 0.0
        recording = self._writer.recording(task, self._ledger.tries(task))
        with Attempt(self._setup, task, self._writer.folder.path, recording, lambda: now) as attempt:
            for timed in events:
                now = timed.t
                attempt.take(timed.event)
            record = attempt.record()
        if record is not None:
            self._ledger.write(record)
            yield TaskEnded(record)
