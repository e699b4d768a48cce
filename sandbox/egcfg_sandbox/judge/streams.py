"""Standard streams and functions that a test has replaced: the program's are then those of the test."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

_FUNCTIONS: Final = {
    "builtins": ("input", "print", "open"),
    "time": ("sleep", "time", "perf_counter", "monotonic"),
    "random": (
        "random",
        "randint",
        "randrange",
        "uniform",
        "choice",
        "choices",
        "sample",
        "shuffle",
        "gauss",
    ),
}
_STREAMS: Final = ("stdout", "stderr")


class Streams:
    """Compares the judge's streams and functions with those it began with, before and after each question."""

    def __init__(self, printed: Callable[[bool], str], ask: Callable[..., Any]) -> None:
        """`printed` gives what is new on the program's standard output or (True) error."""
        self._new = printed
        self._ask = ask
        self._original = {name: getattr(sys, name) for name in ("stdin", *_STREAMS)}
        self._functions = {
            (module, name): getattr(sys.modules[module], name)
            for module, names in _FUNCTIONS.items()
            if module in sys.modules
            for name in names
        }
        self._given = dict(self._functions)
        self._read_from = self._original["stdin"]

    def before(self) -> None:
        """Hands over what the test has replaced; what was printed earlier is not for the test."""
        for key, given in self._given.items():
            found = getattr(sys.modules[key[0]], key[1])
            if found is not given:
                self._given[key] = found
                self._ask("replace", *key, None if found is self._functions[key] else found)
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
