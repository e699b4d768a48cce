"""Recorded runs: writing and replaying them."""

from egcfg_tui.runs.reading import paced, read_recording
from egcfg_tui.runs.recorder import Recorder
from egcfg_tui.runs.schema import (
    Header,
    RecordedModel,
    RecordedRequest,
    Recording,
    RecordingError,
    TimedEvent,
    event_line,
    header_for,
)

__all__ = [
    "Header",
    "RecordedModel",
    "RecordedRequest",
    "Recorder",
    "Recording",
    "RecordingError",
    "TimedEvent",
    "event_line",
    "header_for",
    "paced",
    "read_recording",
]
