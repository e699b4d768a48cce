"""Records a solve; a recording that cannot be written never ends the solve."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType

from egcfg_tui.events import Event
from egcfg_tui.runs.recorder import Recorder
from egcfg_tui.runs.schema import RecordingError


class RunRecording:
    """Records events until a write fails; then tells the user once and records no more. A context manager.

    With `recorder` None nothing is recorded. `tell` is called with one sentence for the user.
    """

    def __init__(self, recorder: Recorder | None, tell: Callable[[str], None]) -> None:
        self._recorder = recorder
        self._tell = tell
        self.failed = False

    def record(self, event: Event) -> None:
        """Writes the event, if there is a recorder and no earlier write has failed."""
        if self._recorder is None or self.failed:
            return
        try:
            self._recorder.record(event)
        except RecordingError as error:
            self.failed = True
            self._tell(f"{error}; the solve goes on without it")

    def close(self) -> None:
        """Closes the recording; all events have been written before."""
        if self._recorder is not None:
            self._recorder.close()

    def __enter__(self) -> RunRecording:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
