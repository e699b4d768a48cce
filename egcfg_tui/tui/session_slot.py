"""The session that the workbench has at the moment, and the threads in which it loads and solves."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator

from egcfg_tui.events import EngineLoaded, Event, FailureKind, SolveFailed
from egcfg_tui.models import ModelError
from egcfg_tui.runs import RecordingError, RunRecording
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui import terminal
from egcfg_tui.tui.bridge import EventQueue, RecordingFailed, Session, StreamEnded
from egcfg_tui.tui.services import Services


class SessionSlot:
    """Holds one session at a time. A new load replaces it, and of loads that overlap only the newest counts.

    `spawn` runs a function in a thread of its own. `drain` gives the events that came since the last call,
    each with its time; every load and every solve ends with `StreamEnded`, unless its session was replaced.
    `model_name` is the name of the model that was loaded last.
    """

    def __init__(self, services: Services, spawn: Callable[[Callable[[], None]], object]) -> None:
        self.model_name = ""
        self.session: Session | None = None
        self._services = services
        self._spawn = spawn
        self._queue: EventQueue[Event] = EventQueue(services.clock)
        self._lock = threading.Lock()
        self._loads = 0
        self._closed = False
        self._loaded: EngineLoaded | None = None

    def drain(self) -> list[tuple[float, Event]]:
        """The events since the last call, the oldest first."""
        return self._queue.drain()

    def load(self, model: str | None) -> None:
        """Closes the session and loads a model in a new one; None: the one the workbench was opened with."""
        with self._lock:
            self._loads += 1
            load = self._loads
        self._spawn(lambda: self._load(load, model))

    def solve(self, request: SolveRequest) -> None:
        """Starts a solve in the session, which must be there."""
        session = self.session
        if session is not None:
            self._spawn(lambda: self._solve(session, request))

    def empty(self) -> None:
        """Ends the session; blocks until its process is gone. May be called from any thread."""
        with self._lock:
            self._loads += 1
            session, self.session = self.session, None
        if session:
            session.close()

    def close(self) -> None:
        """Ends the session for good; blocks until its process is gone. May be called from any thread."""
        with self._lock:
            self._closed = True
            session = self.session
        if session:
            session.close()

    def _load(self, load: int, name: str | None) -> None:
        """Runs in a thread."""
        with self._lock:
            if load != self._loads:
                return
            old, self.session = self.session, None
        if old:
            old.close()
        try:
            model = self._services.find_model(name)
        except ModelError as error:
            if load != self._loads:
                return
            self._queue.put(SolveFailed(FailureKind.MODEL, str(error)))
            self._queue.put(StreamEnded(alive=False, absent=True))
            return
        self.model_name = model.name
        session = self._services.open_session(model)
        with self._lock:
            if self._closed or load != self._loads:
                return
            self.session = session
        self._pump(session, session.start())

    def _solve(self, session: Session, request: SolveRequest) -> None:
        """Moves the events of a solve into the queue and into its recording; runs in a thread."""

        def tell(message: str) -> None:
            self._queue.put(RecordingFailed(message))

        try:
            recorder = self._services.begin_recording(request)
        except RecordingError as error:
            recorder = None
            tell(str(error))
        with RunRecording(recorder, tell) as recording:
            if self._loaded is not None:
                recording.record(self._loaded)
            self._pump(session, _recorded(session.solve(request), recording))

    def _pump(self, session: Session, events: Iterator[Event]) -> None:
        """Moves events into the queue; runs in a thread. An unexpected error must not end the screen.

        A session that was closed or replaced meanwhile adds nothing: how it ends is of no interest.
        """
        try:
            for event in events:
                if self._closed or session is not self.session:
                    session.close()
                if session is not self.session:
                    return
                if isinstance(event, EngineLoaded):
                    self._loaded = event
                self._queue.put(event)
        except Exception as error:
            terminal.log(traceback.format_exc())
            text = f"Unexpected error: {type(error).__name__}: {error}; {terminal.details()}"
            self._queue.put(SolveFailed(FailureKind.MODEL, text))
        if session is self.session:
            self._queue.put(StreamEnded(alive=session.alive))


def _recorded(events: Iterator[Event], recording: RunRecording) -> Iterator[Event]:
    for event in events:
        recording.record(event)
        yield event
