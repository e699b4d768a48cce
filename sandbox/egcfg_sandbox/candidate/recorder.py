"""Turns the interpreter's trace events into rows of the trace memory."""

from __future__ import annotations

import sys
import types
from types import CodeType, FrameType
from typing import Any, Final

from egcfg_sandbox.candidate.errors import describe_error
from egcfg_sandbox.candidate.rendering import Renderer
from egcfg_sandbox.trace_memory import Event, TraceWriter

Changes = tuple[tuple[str, str], ...]
CALL, LINE, RETURN, EXCEPTION = range(4)

_SCALARS: Final = frozenset({int, str, float, bool, type(None), bytes, complex})
_SIZED: Final = frozenset({list, dict, set, tuple})
_UNTOLD: Final = frozenset({types.FunctionType, types.BuiltinFunctionType, types.ModuleType})
_LONGEST_PASS: Final = 40
_EVENTS_PER_SLOT: Final = 50


class _Frame:
    """The state of one active call."""

    __slots__ = ("depth", "index", "last_at", "line", "raised", "seen")

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.line: int | None = None
        self.index = 0
        self.seen: dict[str, tuple[Any, Any]] = {}
        self.raised: BaseException | None = None
        self.last_at: dict[int, int] = {}


class Recorder:
    """Turns interpreter events into rows of the trace memory."""

    def __init__(self, writer: TraceWriter, renderer: Renderer, events: int) -> None:
        self._writer = writer
        self._text = renderer.text
        self._left = events * _EVENTS_PER_SLOT
        self.exhausted = False
        """Whether the trace is so long that tracing on would only cost time."""
        self._frames: dict[int, _Frame] = {}
        self._depth = 0
        self._events: list[Event] = []
        self._repeats: dict[int, int] = {}

    def follow(self, starts: dict[int, int], window: tuple[int, int] | None) -> None:
        """Takes what is known of the text whose steps will be told: the first line of each statement.

        `window` are the first and the last line that are the program's own where a test put it into a text
        of its own: what happens outside is not told, and lines count from the first one.
        """
        self._starts = starts
        self._windowed = window is not None
        self._first, self._last = window or (1, sys.maxsize)

    def _append(
        self,
        kind: int,
        line: int,
        frame: _Frame,
        name: str,
        changes: Changes,
        value: str | None,
    ) -> None:
        self._left -= 1
        if self._left <= 0:
            self.exhausted = True
        if self._windowed:
            line = min(max(line, self._first), self._last) - self._first + 1
        self._events.append((kind, line, frame.depth, name, changes, value))
        self._writer.append(self._events[-1])

    def call(self, frame: FrameType) -> None:
        """A function began, or a generator went on."""
        known = self._frames.get(id(frame))
        if known is not None:
            known.depth = self._depth
            self._depth += 1
            return
        code = frame.f_code
        if self._windowed and not self._is_own(code):
            return
        state = _Frame(self._depth)
        self._frames[id(frame)] = state
        self._depth += 1
        if code.co_name != "<module>":
            changes = self._changes(frame, state)
            self._append(CALL, code.co_firstlineno, state, code.co_name, changes, None)

    def line(self, frame: FrameType, line: int) -> None:
        """A statement is about to run."""
        state = self._frames.get(id(frame))
        if state is None:
            return
        line = self._starts.get(line, line)
        if line == state.line:
            return
        entering = state.line is None
        self._complete(frame, state)
        if self._windowed:
            outside = not self._first <= line <= self._last
            if entering or outside:
                self._changes(frame, state)
            if outside:
                return
        if line in state.last_at:
            self._fold(state, line)
        state.line = line
        state.index = len(self._events)
        state.last_at[line] = state.index
        self._append(LINE, line, state, frame.f_code.co_name, (), None)

    def _complete(self, frame: FrameType, state: _Frame) -> None:
        """Adds to the previous statement what it changed."""
        if state.line is None:
            return
        changes = self._changes(frame, state)
        if changes and state.index < len(self._events):
            kind, line, depth, name, _, value = self._events[state.index]
            if kind == LINE and line == state.line - self._first + 1:
                self._events[state.index] = (kind, line, depth, name, changes, value)
                self._writer.amend(state.index, self._events[state.index])
        state.line = None

    def _is_own(self, code: CodeType) -> bool:
        """Whether a line of the code is one of the program's."""
        return code.co_name == "<module>" or any(
            self._first <= line <= self._last for _, _, line in code.co_lines() if line is not None
        )

    def _fold(self, state: _Frame, line: int) -> None:
        """Folds the last pass of a loop into the one before if both did the same."""
        end = len(self._events)
        start = state.last_at[line]
        if start >= end:
            return
        period = end - start
        if period > _LONGEST_PASS or start < period:
            return
        if self._events[start:end] != self._events[start - period : start]:
            return
        del self._events[start:]
        repeats = self._repeats.get(start - period, 0) + 1
        for index in range(start - period, start):
            self._repeats[index] = repeats
        for index in range(start, end):
            self._repeats.pop(index, None)
        self._writer.fold(period, repeats)

    def leave(self, frame: FrameType, value: Any, *, finished: bool = True) -> None:
        """A function returned, or a generator handed out a value."""
        state = self._frames.get(id(frame))
        if state is None:
            return
        line = state.line if state.line is not None else frame.f_lineno
        self._complete(frame, state)
        self._depth = state.depth
        if frame.f_code.co_name != "<module>":
            self._append(RETURN, line, state, frame.f_code.co_name, (), self._text(value))
        if finished:
            del self._frames[id(frame)]

    def unwind(self, frame: FrameType) -> None:
        """An exception left the function."""
        state = self._frames.pop(id(frame), None)
        if state is not None:
            self._depth = state.depth

    def exception(self, frame: FrameType, error: BaseException) -> None:
        """An exception was raised in, or reached, a function."""
        state = self._frames.get(id(frame))
        if state is None or error is state.raised or isinstance(error, StopIteration | GeneratorExit):
            return
        line = self._starts.get(frame.f_lineno, frame.f_lineno)
        self._complete(frame, state)
        state.raised = error
        self._append(EXCEPTION, line, state, frame.f_code.co_name, (), describe_error(error, self._text))

    def _changes(self, frame: FrameType, state: _Frame) -> Changes:
        """Names and texts of the variables that are new or differ from the last look."""
        changes: list[tuple[str, str]] = []
        for name, value in list(frame.f_locals.items()):
            kind = type(value)
            if name[:2] == "__" or name[:1] == "." or kind in _UNTOLD or issubclass(kind, type):
                continue
            if kind in _SCALARS:
                seen: tuple[Any, Any] = (kind, value)
            else:
                seen = (len(value) if kind in _SIZED else None, self._text(value))
            if state.seen.get(name) != seen:
                state.seen[name] = seen
                changes.append((name, self._text(value) if kind in _SCALARS else seen[1]))
        return tuple(changes)

    def finish(self, name: str, line: int, value: Any, error: BaseException | None) -> None:
        """Records how the outermost call ended, if tracing had stopped earlier."""
        if not self.exhausted:
            return
        state = _Frame(0)
        if error is None:
            self._append(RETURN, line, state, name, (), self._text(value))
        else:
            self._append(EXCEPTION, line, state, name, (), describe_error(error, self._text))
        self._depth = 0
        self._frames.clear()
