"""From the solver's thread to the screen: events queue up here until the screen's timer takes them.

A solve yields an event per token, far more than a screen can show. Transient events replace the earlier ones
of their kind that nobody has taken yet, so the queue stays short however slow the screen is.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Generic, Protocol, TypeVar

from egcfg_tui.events import Author, Event
from egcfg_tui.solving.request.solve_request import SolveRequest


class Session(Protocol):
    """What the screen needs of a `SolverSession`."""

    @property
    def alive(self) -> bool: ...
    def start(self) -> Iterator[Event]: ...
    def solve(self, request: SolveRequest) -> Iterator[Event]: ...
    def stop(self) -> None: ...
    def pause(self) -> None: ...
    def resume(self) -> None: ...
    def step(self) -> None: ...
    def rewind(self, line: int) -> None: ...
    def replace_code(self, line: int, text: str, author: Author) -> None: ...
    def undo(self) -> None: ...
    def change(self, values: Mapping[str, float]) -> None: ...
    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class StreamEnded(Event):
    """A load or a solve gave its last event. `alive`: the session can take another one; `absent`: there is
    no session, as there is no model.
    """

    alive: bool
    absent: bool = False


@dataclass(frozen=True, slots=True)
class RecordingFailed(Event):
    """The run is not kept, or not further than here. `message` says why."""

    message: str


class Told(Protocol):
    """An event, of a solve or of a bench. Only the newest transient one of a kind is worth keeping."""

    transient: ClassVar[bool]


_E = TypeVar("_E", bound=Told)


class EventQueue(Generic[_E]):
    """A queue of stamped events that keeps only the newest of each transient kind."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._events: list[tuple[float, _E]] = []

    def put(self, event: _E) -> None:
        """Adds an event; called in the solver's thread."""
        with self._lock:
            if event.transient:
                self._drop_older(type(event))
            self._events.append((self._clock(), event))

    def drain(self) -> list[tuple[float, _E]]:
        """Takes all events, oldest first; called in the screen's thread."""
        with self._lock:
            events, self._events = self._events, []
        return events

    def _drop_older(self, kind: type[_E]) -> None:
        """Removes an event of `kind` if only transient ones came after it."""
        for at in range(len(self._events) - 1, -1, -1):
            event = self._events[at][1]
            if type(event) is kind:
                del self._events[at]
                return
            if not event.transient:
                return
