"""The recording beside a solve that goes on: failing to write it never ends the solve."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from egcfg_tui.events import Event
from egcfg_tui.runs.recorder import Recorder
from egcfg_tui.runs.schema import RecordingError


class RunRecording:
    """Records events until that fails; then tells so once and goes on without. A context manager.

    `recorder` None records nothing. `tell` takes one sentence for the user.
    """

    def __init__(self, recorder: Recorder | None, tell: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._tell = tell
        self.failed = False

    def record(self, event: Event) -> None:
        """Writes the event, if there is a recording and it can still be written."""
        if self._recorder is None or self.failed:
            return
        try:
            self._recorder.record(event)
        except RecordingError as error:
            self.failed = True
            self._tell(f"{error}; the solve goes on without it")

    def close(self) -> None:
        """Ends the recording; everything is in the file already."""
        if self._recorder is not None:
            self._recorder.close()

    def __enter__(self) -> RunRecording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
