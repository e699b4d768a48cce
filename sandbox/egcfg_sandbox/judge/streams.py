"""Standard streams and `input` that a test has replaced: the program's are then those of the test."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any, Final

from egcfg_sandbox.judge.watch import Watch

_FUNCTIONS: Final = ("input", "print")
_STREAMS: Final = ("stdout", "stderr")


class Streams:
    """Compares the judge's streams and functions with those it began with, before and after each question."""

    def __init__(self, watch: Watch, ask: Callable[..., Any]) -> None:
        self._watch = watch
        self._ask = ask
        self._original = {name: getattr(sys, name) for name in ("stdin", *_STREAMS)}
        self._functions = {name: getattr(builtins, name) for name in _FUNCTIONS}
        self._given = dict(self._functions)
        self._read_from = self._original["stdin"]

    def before(self) -> None:
        """Hands over what the test has replaced; what was printed earlier is not for the test."""
        for name, given in self._given.items():
            found = getattr(builtins, name)
            if found is not given:
                self._given[name] = found
                self._ask("replace", name, None if found is self._functions[name] else found)
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
                found.append((stream, self._watch.printed(errors=name == "stderr")))
        return found
