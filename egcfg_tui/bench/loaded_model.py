"""The one model that a bench has in memory: loaded when first needed, and again if its process has died."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from types import TracebackType
from typing import Protocol

from egcfg_tui.bench.clock.prices import PriceTable, remember, remembered
from egcfg_tui.bench.events import BenchEvent, MeasuringStarted, ModelLoaded, ModelLoading
from egcfg_tui.bench.plan import PlannedModel
from egcfg_tui.bench.records import BenchError
from egcfg_tui.bench.session import PricesMeasured
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import EngineLoaded, Event, SolveFailed
from egcfg_tui.solving.request.solve_request import SolveRequest


class Session(Protocol):
    """A model in its own process, such as a `BenchSession`."""

    prices: PriceTable | None

    @property
    def alive(self) -> bool:
        """Whether the process can take a solve."""

    def start(self) -> Iterator[Event]:
        """Loads the model; the last event is `EngineLoaded` or `SolveFailed`."""

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """Solves an exercise; the last event is `SolveFinished` or `SolveFailed`."""

    def measure(self, threads: int | None) -> Iterator[Event]:
        """Measures prices, on this many threads of the CPU, or on a GPU if it is None.

        The last event is `PricesMeasured` or `SolveFailed`.
        """

    def stop(self) -> None:
        """Ends the solve in flight."""

    def kill(self) -> None:
        """Ends the process at once."""

    def close(self) -> None:
        """Ends the process."""


OpenSession = Callable[[ModelSpec, tuple[str, ...]], Session]
"""Makes the session of a model. The second argument names the layers of the sandbox that may be missing."""


class Stopped(Exception):
    """A stop was asked for while a model was loaded or measured."""


class LoadedModel:
    """At most one loaded model. A context manager: leaving it ends its process."""

    def __init__(
        self,
        specs: Mapping[str, ModelSpec],
        missing_layers: tuple[str, ...],
        open_session: OpenSession,
        stopper: Stopper,
    ) -> None:
        self._specs = specs
        self._missing_layers = missing_layers
        self._open_session = open_session
        self._stopper = stopper
        self._session: Session | None = None
        self._name = ""

    def load(self, name: str) -> Iterator[BenchEvent]:
        """Loads a model in place of the present one. Does nothing if it is already loaded and alive.

        Raises `BenchError` if it cannot be loaded, and `Stopped` if a stop is asked for before or meanwhile.
        """
        if self._stopper.requested:
            raise Stopped
        if self._session is not None and self._name == name and self._session.alive:
            return
        self.close()
        yield ModelLoading(name)
        self._session, self._name = self._open_session(self._specs[name], self._missing_layers), name
        self._stopper.passes_on(self._session.kill)
        for event in self._session.start():
            if isinstance(event, EngineLoaded):
                yield ModelLoaded(name, event.load_s)
            self._check(event, "cannot be loaded")
        self._stopper.passes_on(self._session.stop)

    def measured(self, model: PlannedModel) -> Generator[BenchEvent, None, PriceTable]:
        """The prices of a model, from an earlier bench or measured now. Raises the same errors as `load`."""
        table = remembered(model)
        if table is not None:
            return table
        yield from self.load(model.name)
        yield MeasuringStarted(model.name)
        assert self._session is not None
        self._stopper.passes_on(self._session.kill)
        threads = model.threads if model.backend == "cpu" else None
        for event in self._session.measure(threads):
            self._check(event, "cannot be measured")
            if isinstance(event, PricesMeasured):
                table = event.table
        if table is None or not table.decodes:
            raise BenchError(
                f"model {model.name} cannot be measured: its context is too small; use --clock wall"
            )
        self._stopper.passes_on(self._session.stop)
        remember(model, table)
        return table

    def solve(self, request: SolveRequest, prices: PriceTable | None) -> Iterator[Event]:
        """The events of a solve on the loaded model; a stop ends it."""
        session = self._session
        assert session is not None
        session.prices = prices
        for event in session.solve(request):
            if self._stopper.requested:
                session.stop()  # the session ignores a stop that came before its first event
            yield event

    def close(self) -> None:
        """Ends the process, if there is one."""
        self._stopper.passes_on(lambda: None)
        session, self._session = self._session, None
        if session is not None:
            session.close()

    def _check(self, event: Event, problem: str) -> None:
        if self._stopper.requested:
            raise Stopped
        if isinstance(event, SolveFailed):
            raise BenchError(
                f"model {self._name} {problem}: {event.message}\n"
                "Everything that ended is kept; repeat the command to go on."
            )

    def __enter__(self) -> LoadedModel:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
