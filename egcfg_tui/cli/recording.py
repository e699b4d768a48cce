"""The recording of a solve, if one was asked for; failing to write it does not end the solve."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from egcfg_tui.cli import stderr
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.events import Event
from egcfg_tui.runs import RecordedModel, Recorder, RecordingError, header_for
from egcfg_tui.solving.request.solve_request import SolveRequest


class RunRecording:
    """Records events until that fails; then says so once and goes on without."""

    def __init__(self, recorder: Recorder | None) -> None:
        self._recorder = recorder
        self.failed = False

    def record(self, event: Event) -> None:
        """Writes the event, if there is a recording and it can still be written."""
        if self._recorder is None or self.failed:
            return
        try:
            self._recorder.record(event)
        except RecordingError as error:
            self.failed = True
            stderr.narrate(f"{error}; the solve goes on without it")


@contextlib.contextmanager
def open_recording(path: Path | None, request: SolveRequest, model: RecordedModel) -> Iterator[RunRecording]:
    """Begins the recording at once, so that a path that cannot be written is told before the solve."""
    if path is None:
        yield RunRecording(None)
        return
    try:
        recorder = Recorder(path, header_for(request, model))
    except RecordingError as error:
        raise CommandError(str(error), ExitCode.USAGE) from error
    with recorder:
        yield RunRecording(recorder)
