"""Recordings that no solve made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from egcfg_tui.events import Event
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.runs import RecordedModel, Recorder, Recording, TimedEvent, header_for
from egcfg_tui.solving.request.solve_request import SolveRequest
from support import digits_run

WHOLE = (*digits_run.LOADING, *digits_run.SOLVE)


def recording_of(
    events: Sequence[Event] = WHOLE,
    times_s: Sequence[float] | None = None,
    exercise: Exercise = digits_run.EXERCISE,
    created: str = "2026-01-02T03:04:05+00:00",
) -> Recording:
    """A recording of the events without the transient ones, one per second unless `times_s` is given."""
    kept = [event for event in events if not event.transient]
    stamps = times_s if times_s is not None else [float(second) for second in range(len(kept))]
    header = replace(header_for(SolveRequest(exercise), RecordedModel("tiny-coder")), created=created)
    timed = tuple(TimedEvent(t, event) for t, event in zip(stamps, kept, strict=True))
    return Recording(header, timed, cut_short=False)


def write(recording: Recording, path: Path) -> Path:
    """Writes a recording to a file."""
    times = iter([0.0, *(timed.t for timed in recording.events)])
    with Recorder(path, recording.header, clock_s=lambda: next(times)) as recorder:
        for timed in recording.events:
            recorder.record(timed.event)
    return path
