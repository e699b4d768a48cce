"""Goes once through what every run does, so that runs find code and memory warm."""

from __future__ import annotations

import mmap
import sys
from typing import Any, Final

from egcfg_sandbox import trace_memory
from egcfg_sandbox.candidate import statements
from egcfg_sandbox.candidate.objects import Objects
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.candidate.tracing import Recorder, SettraceTracer
from egcfg_sandbox.codec import Decoder, Encoder

_FILENAME: Final = "<rehearsal>"
_EVENTS: Final = 8
_SOURCE: Final = b"""
def total(numbers):
    result = 0
    for number in numbers:
        result += number
    return [result, str(result), {"total": (result, 1.5, None)}]
"""


def rehearse() -> None:
    """Compiles, traces, runs and carries over a small program of our own."""
    objects = Objects(lambda what, number, arguments, named: None)
    code = compile(_SOURCE, _FILENAME, "exec", dont_inherit=True)
    names: dict[str, Any] = {}
    exec(code, names)
    with mmap.mmap(-1, trace_memory.size_for(_EVENTS)) as memory:
        writer = trace_memory.TraceWriter(memory, _EVENTS)
        recorder = Recorder(writer, Renderer(80), statements.first_lines(_SOURCE), _EVENTS)
        if not hasattr(sys, "monitoring"):
            tracer = SettraceTracer(recorder, _FILENAME, code)
            tracer.start()
        answer = names["total"]([1, 2, 3])
        if not hasattr(sys, "monitoring"):
            tracer.stop()
        trace_memory.read(memory, _EVENTS)
    data = Encoder(objects.describe).encode(("value", answer))
    Decoder(data, objects.resolve).decode()
