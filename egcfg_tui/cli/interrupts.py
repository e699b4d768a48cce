"""Handles Ctrl-C: it ends the process at once if nothing can be lost, and otherwise first asks for a stop."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType, TracebackType
from typing import Any, Final

from egcfg_tui.cli import stderr
from egcfg_tui.cli.exit_codes import ExitCode

_SIGNALS: Final = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

SAME_PRESS_S: Final = 0.5


@contextlib.contextmanager
def ending_at_once() -> Iterator[None]:
    """Inside the `with` block Ctrl-C ends the process at once. It is meant for imports.

    During imports a `KeyboardInterrupt` could get lost, since the interpreter drops exceptions of its own
    callbacks.
    """
    previous = signal.signal(signal.SIGINT, _end_at_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


def _end_at_once(number: int, frame: FrameType | None) -> None:
    stderr.fail("interrupted")
    os._exit(ExitCode.INTERRUPTED)


class Interrupts:
    """Handles Ctrl-C, SIGTERM and SIGHUP inside its `with` block.

    They raise `KeyboardInterrupt`, except inside `softly`, where the first one only asks for a stop. A
    further signal within `SAME_PRESS_S` counts as the same one: `timeout` and some shells signal the process
    and then its whole group.
    """

    def __init__(self) -> None:
        self.requested = False
        self._requested_at = 0.0
        self._ask: Callable[[], None] | None = None
        self._previous: dict[int, Any] = {}

    @contextlib.contextmanager
    def softly(self, ask: Callable[[], None]) -> Iterator[None]:
        """Inside the `with` block the first interrupt calls `ask`, which must not block or take locks."""
        self._ask = ask
        try:
            yield
        finally:
            self._ask = None

    def __enter__(self) -> Interrupts:
        self._previous = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self.requested and time.monotonic() - self._requested_at < SAME_PRESS_S:
            return
        if self.requested or self._ask is None:
            raise KeyboardInterrupt
        self.requested, self._requested_at = True, time.monotonic()
        self._ask()
