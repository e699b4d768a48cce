"""The format of a recording: a header line, then one event per line.

    {"schema": 2, "kind": "egcfg-run", "version": ..., "created": ..., "exercise": {...}, ...}
    {"t": 0.512, "event": "EngineLoaded", "data": {...}}

The header holds the whole exercise and the whole request, so that a recording needs no other file.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Final

from egcfg_tui import __version__, events
from egcfg_tui.events import Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.runs import json_codec
from egcfg_tui.runs.machine import Machine, this_machine
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

SCHEMA: Final = 2
"""The schema that is written. Schema 1 had all runs in full, with each step of a trace as an object."""

READ_SCHEMAS: Final = (1, 2)
KIND: Final = "egcfg-run"

EVENT_TYPES: Final[dict[str, type[Event]]] = {
    name: kind
    for name, kind in vars(events).items()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event and not kind.transient
}
"""The recorded events by name."""


class RecordingError(Exception):
    """A recording cannot be written or read. The text names the file, for a broken line its number, and the
    reason."""


@dataclass(frozen=True, slots=True)
class RecordedModel:
    """The model that a run used. `sha256` and `size_bytes` are None if they are unknown."""

    name: str
    sha256: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """The request of a solve, without the exercise. This version may not know the `method`."""

    method: str
    settings: Settings
    seed: int
    budget_s: float
    model: RecordedModel
    grid: Grid = field(default_factory=Grid)
    budget_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """The first line. `version` is that of egcfg-tui, `created` a UTC time in ISO 8601."""

    schema: int
    kind: str
    version: str
    created: str
    exercise: Exercise
    request: RecordedRequest
    machine: Machine


@dataclass(frozen=True, slots=True)
class TimedEvent:
    """An event with its time `t`, in seconds since the recording began."""

    t: float
    event: Event


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as it was read. `cut_short`: its last line was incomplete and is left out."""

    header: Header
    events: tuple[TimedEvent, ...]
    cut_short: bool


def event_line(timed: TimedEvent) -> dict[str, Any]:
    """The JSON object of an event's line."""
    return {"t": timed.t, "event": type(timed.event).__name__, "data": json_codec.encode(timed.event)}


def header_for(request: SolveRequest, model: RecordedModel) -> Header:
    """The header of a run that starts now on this machine."""
    return Header(
        schema=SCHEMA,
        kind=KIND,
        version=__version__,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        exercise=request.exercise,
        request=RecordedRequest(
            method=request.method,
            settings=request.settings,
            seed=request.seed,
            budget_s=request.budget_s,
            model=model,
            grid=request.grid,
            budget_tokens=request.budget_tokens,
        ),
        machine=this_machine(),
    )
