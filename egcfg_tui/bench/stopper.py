"""Asks a bench to stop, from a signal handler or another thread."""

from __future__ import annotations

from collections.abc import Callable


class Stopper:
    """Notes a stop request and passes it on to the present job. `request` neither blocks nor takes locks."""

    def __init__(self) -> None:
        self.requested = False
        self._pass_on: Callable[[], None] = lambda: None

    def request(self) -> None:
        """Asks for a stop; may be called more than once."""
        self.requested = True
        self._pass_on()

    def passes_on(self, to: Callable[[], None]) -> None:
        """Sets the function that a request calls; calls it at once if a stop was requested before."""
        self._pass_on = to
        if self.requested:
            to()
