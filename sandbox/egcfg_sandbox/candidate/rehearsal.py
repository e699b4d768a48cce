"""Goes once through what every run does, so that runs find code and memory warm.

After a fork every page of memory that is written to has to be copied first, and Python writes to an object
when it merely looks at it. A rehearsal before the program is there takes these copies out of the run.
"""

from __future__ import annotations

import mmap
import os
import sys
from typing import Final

from egcfg_sandbox import trace_memory, wire
from egcfg_sandbox.candidate.runner import MODULE, NUMBER, Runner
from egcfg_sandbox.codec import Encoder

_EVENTS: Final = 8
_REPR_CHARS: Final = 80
_FIRST_OBJECT: Final = 1
_SOURCE: Final = b"""
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return [result, str(result), {"total": (result, 1.5, None)}]
"""


class Rehearsal:
    """A small program of our own with the questions asked of it. Made before the fork, good for once."""

    def __init__(self) -> None:
        self._runner = Runner()
        self._memory = mmap.mmap(
            -1, trace_memory.size_for(_EVENTS), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS
        )
        load = (_SOURCE, MODULE, True, ("total",))
        self._questions = [
            _question(b"B", (1, 2), load, "total", ([1, 2],), {}),
            _question(b"Q", (3,), "call", _Object(_FIRST_OBJECT), ([1, 2],), {}),
        ]

    def play(self) -> None:
        """Has the program loaded and called, over channels like that of a run."""
        questions, asking = os.pipe()
        hearing, answers = os.pipe()
        self._runner.open(questions, answers, self._memory, (_EVENTS, _REPR_CHARS))
        for question in self._questions:
            wire.write_message(asking, question)
            self._runner.answer()
        self._runner.close()
        for descriptor in (questions, asking, hearing, answers):
            os.close(descriptor)
        del sys.modules[MODULE]


class _Object:
    """Stands for an object of the program, by its number."""

    def __init__(self, number: int) -> None:
        self.number = number


def _question(kind: bytes, numbers: tuple[int, ...], *parts: object) -> bytes:
    encoder = Encoder(lambda thing: ("mine", thing.number))
    head = kind + b"".join(map(NUMBER.pack, numbers))
    return head + encoder.encode(None) + encoder.encode(parts)
