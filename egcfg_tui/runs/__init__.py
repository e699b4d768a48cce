"""Recorded runs: writing and replaying them."""

from egcfg_tui.runs.history import History, RunNotFound, RunSummary
from egcfg_tui.runs.reading import paced, read_recording
from egcfg_tui.runs.recorder import Recorder
from egcfg_tui.runs.run_recording import RunRecording
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
    "History",
    "RecordedModel",
    "RecordedRequest",
    "Recorder",
    "Recording",
    "RecordingError",
    "RunNotFound",
    "RunRecording",
    "RunSummary",
    "TimedEvent",
    "event_line",
    "header_for",
    "paced",
    "read_recording",
]
