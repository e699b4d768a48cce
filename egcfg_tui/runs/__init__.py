"""Recordings: writes, reads and paces them, and keeps the history of runs."""

from egcfg_tui.runs.history import LATEST, History, RunNotFound, RunSummary
from egcfg_tui.runs.reading import is_recording, paced, read_recording
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
    "LATEST",
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
    "is_recording",
    "paced",
    "read_recording",
]
