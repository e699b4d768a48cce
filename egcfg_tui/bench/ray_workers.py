"""Workers on Ray: actors on this machine or on a cluster, each with a loaded model.

Ray is an optional extra that only this module needs. It is imported only when `--ray` is given.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.bench.distributed import Answer
from egcfg_tui.bench.records import BenchError
from egcfg_tui.bench.session import BenchSession
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import Event
from egcfg_tui.runs import TimedEvent
from egcfg_tui.solving.request.solve_request import SolveRequest

_LOCAL: Final = re.compile(r"local:([1-9]\d{0,2})")


def local_count(address: str) -> int | None:
    """The N of `local:N`; None for the address of a cluster."""
    match = _LOCAL.fullmatch(address)
    return int(match[1]) if match else None


class Solver:
    """The class of the actors: one session, which is started again if its process has died."""

    def __init__(self, spec: ModelSpec, missing_layers: tuple[str, ...]) -> None:
        self._session = BenchSession(spec, missing_layers)

    def load(self) -> tuple[TimedEvent, ...]:
        """Loads the model and returns the events."""
        return self._timed(self._session.start())

    def solve(self, request: SolveRequest, prices: PriceTable | None) -> tuple[TimedEvent, ...]:
        """Runs one task and returns its events without transient ones."""
        if not self._session.alive:
            for _ in self._session.start():
                pass
        self._session.prices = prices
        return self._timed(self._session.solve(request))

    def _timed(self, events: Iterator[Event]) -> tuple[TimedEvent, ...]:
        started = time.monotonic()
        return tuple(TimedEvent(time.monotonic() - started, event) for event in events if not event.transient)


@contextmanager
def ray_workers(address: str, threads: int) -> Iterator[RayWorkers]:
    """Connects to a cluster, or starts `local:N` on this machine, and disconnects on leaving.

    Each worker uses `threads` CPUs of a cluster. Raises `BenchError`.
    """
    try:
        import ray
    except ImportError:
        raise BenchError(
            "--ray needs Ray, which is not installed; install it with: pip install 'egcfg-tui[ray]'"
        ) from None
    local = local_count(address)
    try:
        if local is not None:
            ray.init(num_cpus=local, include_dashboard=False, log_to_driver=False, logging_level="error")
        else:
            ray.init(address=address, log_to_driver=False, logging_level="error")
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BenchError(
            f"--ray {address}: {error}; name the address of a running Ray cluster, or local:N"
        ) from error
    try:
        cpus = int(ray.cluster_resources().get("CPU", 0))
        count = local if local is not None else max(1, cpus // threads)
        yield RayWorkers(ray, count, 1 if local is not None else threads)
    finally:
        ray.shutdown()


class RayWorkers:
    """`Workers` on a connected Ray cluster."""

    def __init__(self, ray: Any, count: int, cpus: int) -> None:
        self.count = count
        self._ray = ray
        self._actor_class = ray.remote(num_cpus=cpus, max_restarts=0, max_task_retries=0)(Solver)
        self._actors: dict[int, Any] = {}
        self._asked: dict[Any, int] = {}
        self._started = 0

    def start(self, spec: ModelSpec, missing_layers: tuple[str, ...]) -> int:
        """Starts an actor and lets it load the model."""
        self._started += 1
        actor = self._actors[self._started] = self._actor_class.remote(spec, missing_layers)
        self._asked[actor.load.remote()] = self._started
        return self._started

    def solve(self, worker: int, request: SolveRequest, prices: PriceTable | None) -> None:
        """Gives a task to an actor."""
        self._asked[self._actors[worker].solve.remote(request, prices)] = worker

    def answers(self, timeout_s: float) -> list[Answer]:
        """The jobs that have ended; an actor that is gone counts as a lost worker."""
        if not self._asked:
            return []
        ready, _ = self._ray.wait(list(self._asked), num_returns=1, timeout=timeout_s)
        return [self._answer(reference) for reference in ready]

    def end(self, worker: int) -> None:
        """Kills an actor; its session's process ends with it."""
        actor = self._actors.pop(worker, None)
        if actor is not None:
            self._ray.kill(actor)
        self._asked = {reference: of for reference, of in self._asked.items() if of != worker}

    def _answer(self, reference: Any) -> Answer:
        worker = self._asked.pop(reference)
        try:
            return Answer(worker, self._ray.get(reference))
        except self._ray.exceptions.RayError:
            return Answer(worker, None)
