"""The solver in its child process for benches: with either clock, and able to measure prices."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from egcfg_sandbox import Sandbox
from egcfg_tui.bench.clock.account import Account, PricedEngine, PricedSandbox
from egcfg_tui.bench.clock.measuring import measured_prices, processor_clock
from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.engine.api import Engine, ModelSpec
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.events import Event
from egcfg_tui.solving.process.client import SolverSession
from egcfg_tui.solving.process.host import Inbox, Service
from egcfg_tui.solving.process.server import SolverService
from egcfg_tui.solving.process.service_config import ServiceConfig
from egcfg_tui.solving.request.solve_request import SolveRequest


@dataclass(frozen=True, slots=True)
class MeasurePrices:
    """A job: measure the prices of tests, and of decodes on this many threads of the CPU; None: on a GPU."""

    threads: int | None


@dataclass(frozen=True, slots=True)
class PricesMeasured(Event):
    """The prices of the model's decodes and of tests were measured."""

    table: PriceTable


@dataclass(frozen=True, slots=True)
class PricedSolve:
    """A job: a solve whose budget and times are measured by the model's clock."""

    request: SolveRequest
    prices: PriceTable


class BenchService(SolverService):
    """A solver service that uses the model's clock for a `PricedSolve`, and the wall clock for other jobs."""

    def __init__(self, config: ServiceConfig, stop: StopFlag) -> None:
        self._account = Account()
        super().__init__(config, stop)

    def handle(self, job: SolveRequest | PricedSolve | MeasurePrices, inbox: Inbox) -> Iterator[Event]:
        """The events of one solve, or of the measuring."""
        # Each job starts from zero, so that rounding does not depend on the jobs before it.
        self._account.seconds = 0.0
        self._account.prices = job.prices if isinstance(job, PricedSolve) else None
        if isinstance(job, MeasurePrices):
            assert self._engine is not None
            assert self._sandbox is not None
            clock = time.perf_counter if job.threads is None else processor_clock(job.threads)
            yield PricesMeasured(measured_prices(self._engine, self._sandbox, clock))
            return
        yield from super().handle(job.request if isinstance(job, PricedSolve) else job, inbox)

    def _clock(self) -> float:
        return super()._clock() if self._account.prices is None else self._account.seconds

    def _load(self) -> Engine:
        return PricedEngine(super()._load(), self._account)

    def _open_sandbox(self, *, packages: bool) -> Sandbox:
        sandbox = PricedSandbox(allow_missing_layers=self._config.allow_missing_layers, packages=packages)
        sandbox.account = self._account
        return sandbox


class BenchSession(SolverSession):
    """A loaded model for one task after another.

    Evaluated prompts are not kept on disk, because a task that finds its prompt there would cost less than
    others. `prices` is None for the wall clock.
    """

    def __init__(self, model: ModelSpec, missing_layers: tuple[str, ...] = ()) -> None:
        super().__init__(model, allow_missing_layers=missing_layers, prompt_cache=False)
        self.prices: PriceTable | None = None

    @staticmethod
    def service(config: ServiceConfig, stop: StopFlag) -> Service:
        """Makes the service in the child process."""
        return BenchService(config, stop)

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """Yields events, at last `SolveFinished` or `SolveFailed`. Times are by the bench's clock."""
        job = request if self.prices is None else PricedSolve(request, self.prices)
        yield from self._survive(self._host.request(job))

    def measure(self, threads: int | None) -> Iterator[Event]:
        """Yields `PricesMeasured`, or `SolveFailed`; `threads` as in `MeasurePrices`."""
        yield from self._survive(self._host.request(MeasurePrices(threads)))
