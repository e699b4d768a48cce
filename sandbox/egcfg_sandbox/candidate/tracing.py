"""Traces the program's own code with `sys.settrace`.

Lines are told by statement, comprehensions are part of the line they stand on, an exception is told once per
frame: whatever the version of Python.
"""

from __future__ import annotations

import ast
import contextlib
import dis
import inspect
import sys
from collections.abc import Callable, Iterator
from types import CodeType, FrameType
from typing import Any, Final

from egcfg_sandbox.candidate.recorder import Recorder
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.trace_memory import TraceWriter

_INLINE: Final = frozenset({"<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>"})


class Tracing:
    """The trace of one run, in `memory`. `limits`: events, and characters of a value."""

    def __init__(self, memory: Any, limits: tuple[int, int]) -> None:
        self._memory = memory
        self._limits = limits
        self.wanted = False
        """Whether the run is to be traced."""
        self._recorder: Recorder | None = None
        self._filename = ""
        self._traced: set[CodeType] = set()
        self._opcodes: dict[CodeType, bytes] = {}
        self._running = False

    def prepare(
        self, source: bytes, code: CodeType, filename: str, window: tuple[int, int] | None = None
    ) -> None:
        """Has a text of the program traced from now on, in the place of any other; see `Recorder.follow`."""
        if self.wanted:
            events, characters = self._limits
            self._recorder = Recorder(TraceWriter(self._memory, events), Renderer(characters), events)
            self._recorder.follow(first_lines(source), window)
            self._filename = filename
            self._traced = {code for code in _all_codes(code) if _is_step(code, filename)}

    @contextlib.contextmanager
    def active(self) -> Iterator[None]:
        """Traces this thread while code runs; only the outermost call starts it."""
        if self._recorder is None or self._running:
            yield
            return
        self._running = True
        if not self._recorder.exhausted:
            sys.settrace(self._enter)
        try:
            yield
        finally:
            sys.settrace(None)
            self._running = False

    def run(self, action: Callable[[], Any], name: str, line: int) -> Any:
        """What the program's code answers, traced."""
        if self._recorder is None or self._running:
            return action()
        try:
            with self.active():
                value = action()
        except BaseException as error:
            self._recorder.finish(name, line, None, error)
            raise
        self._recorder.finish(name, line, value, None)
        return value

    def _enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Hears of every call."""
        recorder = self._recorder
        if frame.f_code not in self._traced or recorder is None:
            return None
        if recorder.exhausted:
            sys.settrace(None)
            return None
        recorder.call(frame)
        return self._step

    def _step(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Hears of what happens in the program's own functions."""
        recorder = self._recorder
        if recorder is None or recorder.exhausted:
            sys.settrace(None)
        elif event == "line":
            recorder.line(frame, frame.f_lineno)
        elif event == "return":
            self._leave(recorder, frame, argument)
        elif event == "exception":
            recorder.exception(frame, argument[1])
        return self._step

    def _leave(self, recorder: Recorder, frame: FrameType, value: Any) -> None:
        code = frame.f_code
        opcodes = self._opcodes.get(code)
        if opcodes is None:
            opcodes = self._opcodes[code] = code.co_code
        operation = dis.opname[opcodes[frame.f_lasti]]
        if operation.startswith("RETURN"):
            recorder.leave(frame, value)
        elif operation.startswith(("YIELD", "SEND", "RESUME")):
            recorder.leave(frame, value, finished=False)
        else:
            recorder.unwind(frame)


def _is_step(code: CodeType, filename: str) -> bool:
    """Whether a code object is a step of its own: functions and the module, not class bodies."""
    if code.co_filename != filename or code.co_name in _INLINE:
        return False
    return code.co_name == "<module>" or bool(code.co_flags & inspect.CO_OPTIMIZED)


def _all_codes(code: CodeType) -> list[CodeType]:
    """A code object and those inside it."""
    codes = [code]
    for one in codes:
        for constant in one.co_consts:
            if isinstance(constant, CodeType):
                codes.append(constant)
    return codes


def first_lines(source: bytes) -> dict[int, int]:
    """Maps every line of a statement to its first one."""
    starts: dict[int, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            _mark(node, starts)
    return starts


def _mark(node: ast.stmt | ast.ExceptHandler | ast.match_case, starts: dict[int, int]) -> None:
    first = node.pattern.lineno if isinstance(node, ast.match_case) else node.lineno
    body: list[ast.AST] = getattr(node, "body", None) or getattr(node, "cases", None) or []
    if body:
        inner = body[0]
        last = (inner.pattern.lineno if isinstance(inner, ast.match_case) else inner.lineno) - 1  # type: ignore[attr-defined]
        decorators = getattr(inner, "decorator_list", [])
        last = min([last, *(item.lineno - 1 for item in decorators)])
    else:
        last = getattr(node, "end_lineno", first) or first
    for line in range(first, last + 1):
        starts[line] = first
