"""How a bench is asked to stop, from a signal handler or another thread."""

from __future__ import annotations

from collections.abc import Callable


class Stopper:
    """`request` neither blocks nor takes locks: it notes the wish and passes it on to what works just now."""

    def __init__(self) -> None:
        self.requested = False
        self._pass_on: Callable[[], None] = lambda: None

    def request(self) -> None:
        """Asks for the end; asking twice is fine."""
        self.requested = True
        self._pass_on()

    def passes_on(self, to: Callable[[], None]) -> None:
        """What is called from now on; at once where the wish came before."""
        self._pass_on = to
        if self.requested:
            to()
