"""Fetches a model in the background, while the user looks at other screens."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue

from egcfg_tui.models.background_pull import PullEnded, PullEvent, PullProgress, PullSaid
from egcfg_tui.tui.model_choice.services import Pull


class Pulls:
    """One pull at a time. `spawn` runs a function in a thread; all else is called in the screen's thread.

    `ended` counts the pulls that came to an end, so that a screen notices that there is something new.
    """

    def __init__(
        self, open_pull: Callable[[str], Pull], spawn: Callable[[Callable[[], None]], object]
    ) -> None:
        self.name = ""
        self.progress: PullProgress | None = None
        self.said = ""
        self.ended = 0
        self.cancelling = False
        self._open = open_pull
        self._spawn = spawn
        self._pull: Pull | None = None
        self._queue: SimpleQueue[PullEvent] = SimpleQueue()

    @property
    def active(self) -> bool:
        """Whether something is being fetched."""
        return self._pull is not None

    def start(self, name: str) -> None:
        """Begins to fetch a model; nothing else must be under way."""
        pull = self._pull = self._open(name)
        self.name, self.progress, self.said, self.cancelling = name, None, "", False
        self._spawn(lambda: self._pump(pull))

    def cancel(self) -> None:
        """Asks the pull to end; what arrived is kept."""
        if self._pull is not None and not self.cancelling:
            self.cancelling = True
            self._spawn(self._pull.cancel)

    def close(self) -> None:
        """Ends the pull and waits until its thread is gone. May be called from any thread."""
        if self._pull is not None:
            self._pull.cancel()

    def tick(self) -> PullEnded | None:
        """Takes over the news since the last tick; returns how the pull ended, if it did."""
        while True:
            try:
                event = self._queue.get_nowait()
            except Empty:
                return None
            match event:
                case PullProgress():
                    self.progress = event
                case PullSaid(text):
                    self.said = text
                case PullEnded():
                    self._pull = None
                    self.ended += 1
                    return event

    def _pump(self, pull: Pull) -> None:
        for event in pull.events():
            self._queue.put(event)
