"""Standard streams that a test has replaced: the program's are then those of the test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

_STREAMS: Final = ("stdout", "stderr")


class Streams:
    """Compares the judge's streams with those it began with, before and after each question."""

    def __init__(self, printed: Callable[[bool], str], ask: Callable[..., Any]) -> None:
        """`printed` gives what is new on the program's standard output or (True) error."""
        self._new = printed
        self._ask = ask
        self._original = {name: getattr(sys, name) for name in ("stdin", *_STREAMS)}
        self._read_from = self._original["stdin"]

    def before(self) -> None:
        """Hands over what the test gives to read; what was printed earlier is not for the test."""
        stdin = sys.stdin
        if stdin is not self._original["stdin"]:
            self._ask("feed", str(stdin.read()), stdin is not self._read_from)
            self._read_from = stdin
        self._printed()

    def after(self) -> None:
        """Prints what the program has printed where the test has it printed."""
        for stream, text in self._printed():
            stream.write(text)

    def _printed(self) -> list[tuple[Any, str]]:
        found = []
        for name in _STREAMS:
            stream = getattr(sys, name)
            if stream is not self._original[name] and stream is not None:
                found.append((stream, self._new(name == "stderr")))
        return found
