"""A fault of a fake machine that holds its tasks."""

from __future__ import annotations

import threading

from egcfg_tui.events import SolveFailed
from egcfg_tui.solving.request.solve_request import SolveRequest


class Gate:
    """Lets so many tasks of the fake machine through, and holds the next."""

    def __init__(self, tasks: int) -> None:
        self._passes = threading.Semaphore(tasks)
        self.held = threading.Event()

    def __call__(self, _request: SolveRequest, _model: str) -> SolveFailed | None:
        if not self._passes.acquire(blocking=False):
            self.held.set()
            assert self._passes.acquire(timeout=30)
        return None

    def open(self) -> None:
        self._passes.release(1000)
