"""What a `with` of the program may swallow: nothing that the test says, nor what keeps it from saying it.

An exception that is swallowed skips what stands behind the point where it was raised, in the block and in all
that was being called there. Where something is checked in that, or may be, the exception stays.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from types import FrameType, TracebackType
from typing import Any, Final

from egcfg_sandbox.judge.checks import BRANCHING, LOOPS, TRYING, Checks
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.remote_errors import RemoteError

SETUP: Final = "<setup>"
TEST: Final = "<test>"
_MOST_CONTEXTS: Final = 20
_TOLD: Final = ", which a with swallowed before all was checked"
_WITHS: Final = (ast.With, ast.AsyncWith)
_LEAVING: Final = (ast.Return, ast.Break, ast.Continue)
_NAMED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
# A group may hold any of them.
_ALWAYS_TOLD: Final = (NotATest, SystemExit, BaseExceptionGroup)
# By which a stack is given what it enters beside the program's.
_ENTERING: Final = frozenset({"enter_context", "enter_async_context", "push", "push_async_exit"})


def comes_from_program(error: BaseException) -> bool:
    """Whether the program has raised an exception, be it one of the test that it was handed."""
    return isinstance(getattr(error, "remote", None), RemoteError)


def may_swallow(trees: tuple[ast.Module, ...], error: BaseException, trace: TracebackType | None) -> bool:
    """Whether an exception may vanish at the `with` from which `trace` leads to where it was raised.

    `trees`: the texts of the test's setup and of the test.
    """
    trace = trace or error.__traceback__
    if trace is None:
        # The test itself calls the method, with an exception that nobody has raised.
        return True
    trail = _Trail(trees)
    # What is raised on the way here in the place of another exception takes that with it.
    earlier = list(islice(_contexts(error), _MOST_CONTEXTS))
    if (
        len(earlier) < _MOST_CONTEXTS
        and trail.allows(error, trace)
        and all(trail.allows(one, one.__traceback__) for one in earlier if trail.meets(one.__traceback__))
    ):
        return True
    remote = getattr(error, "remote", None)
    if isinstance(remote, RemoteError) and not remote.text.endswith(_TOLD):
        error.remote = replace(remote, text=remote.text + _TOLD)  # type: ignore[attr-defined]
    return False


def _contexts(error: BaseException) -> Iterator[BaseException]:
    context = error.__context__
    while context is not None:
        yield context
        context = context.__context__


class _Step:
    """One frame of the test on the way to where an exception was raised, and where it stands."""

    def __init__(self, path: list[Any], name: str, line: int | None) -> None:
        """`path`: from the whole text to the innermost part; `line`: of a frame that is still executed."""
        self.name = name
        start = _start_of(path, name)
        blocks = [at for at, node in enumerate(path) if at > start and line and _begins_in(node, line)]
        self.in_block = bool(blocks)
        base = blocks[-1] if blocks else start
        at = max([base, *(at for at in range(base, len(path)) if isinstance(path[at], ast.stmt))])
        self._base = path[base]
        self.point = path[at]
        self._around = path[base : at + 1]
        self._inside = path[at + 1 :]

    def skipped(self, called: str | None) -> Iterator[ast.AST]:
        """What is not executed to its end; of a call of `called`, which is a step of its own, the rest."""
        yield from _but_for(called, self.point)
        if self.in_block:
            yield from self._base.items[1:]
            yield from _entered(self._base)
        for outer, inner in zip(self._around, self._around[1:], strict=False):
            if isinstance(outer, LOOPS):
                yield outer
            if isinstance(outer, _WITHS) and outer is not self._base:
                yield from outer.items
            if isinstance(outer, TRYING) and inner in outer.body:
                # What was raised is not what it was to be.
                yield outer
            for _, value in ast.iter_fields(outer):
                if isinstance(value, list) and inner in value:
                    yield from value[value.index(inner) + 1 :]

    def is_check(self, checks: Checks, innermost: bool) -> bool:
        """Whether it may hang on the program that the test comes to raise something here."""
        passed = (*self._around[:-1], *self._inside)
        if any(isinstance(node, BRANCHING) and checks.hangs(node) for node in passed):
            return True
        if not isinstance(self.point, ast.Raise):
            return innermost and checks.asks(self.point)
        return any(isinstance(node, TRYING) for node in self._around) or any(
            isinstance(node, _LEAVING) for node in ast.walk(self._base)
        )

    @property
    def begins(self) -> bool:
        """Whether the block begins with the point: nothing of the program can have led there."""
        return self.in_block and self._base.body[0] is self.point


@lru_cache(maxsize=8)
def _checks_in(trees: tuple[ast.Module, ...]) -> Checks:
    """One test enters many blocks: its texts are looked at once."""
    return Checks(trees)


class _Trail:
    """Looks along the tracebacks of exceptions that come to a `with`."""

    def __init__(self, trees: tuple[ast.Module, ...]) -> None:
        self._trees = dict(zip((SETUP, TEST), trees, strict=False))
        self._checks = _checks_in(trees)
        # Not the frames themselves, which would be kept with all that they hold.
        self._executed = set()
        frame: FrameType | None = sys._getframe(1)
        while frame is not None:
            self._executed.add(id(frame))
            frame = frame.f_back

    def _steps(self, trace: TracebackType | None) -> list[_Step | None]:
        """The test's frames; None for one of a text that the test made."""
        steps: list[_Step | None] = []
        while trace is not None:
            frame, code = trace.tb_frame, trace.tb_frame.f_code
            if code.co_filename in self._trees:
                path = _path(self._trees[code.co_filename], _position(trace))
                executed = id(frame) in self._executed
                steps.append(_Step(path, code.co_name, frame.f_lineno if executed else None))
            elif code.co_filename.startswith("<") and not code.co_filename.startswith("<frozen "):
                steps.append(None)
            trace = trace.tb_next
        return steps

    def meets(self, trace: TracebackType | None) -> bool:
        """Whether an exception came up in a block that is left now."""
        return any(step is None or step.in_block for step in self._steps(trace))

    def allows(self, error: BaseException, trace: TracebackType | None) -> bool:
        """Whether nothing is skipped on which the verdict may hang."""
        found = self._steps(trace)
        steps = [step for step in found if step is not None]
        if len(steps) < len(found) or isinstance(error, _ALWAYS_TOLD):
            return False
        if not comes_from_program(error):
            if isinstance(error, AssertionError) and not (len(steps) == 1 and steps[0].begins):
                return False
            if any(step.is_check(self._checks, step is steps[-1]) for step in steps):
                return False
        called = [*(step.name for step in steps[1:]), None]
        return not any(
            self._checks.holds(part)
            for step, name in zip(steps, called, strict=True)
            for part in step.skipped(name)
        )


def _position(trace: TracebackType) -> tuple[int, int]:
    """Line and column of what is executed in a traceback's frame."""
    positions = trace.tb_frame.f_code.co_positions()
    line, _, column, _ = next(islice(positions, trace.tb_lasti // 2, None), (None, None, None, None))
    return line or trace.tb_lineno, column or 0


def _path(node: ast.AST, position: tuple[int, int]) -> list[ast.AST]:
    """A part of a text and, one in the other, those in it in which a position lies."""
    for child in ast.iter_child_nodes(node):
        if not hasattr(child, "lineno"):
            found = _path(child, position)
            if len(found) > 1:
                return [node, *found]
        elif _lies_in(child, position):
            return [node, *_path(child, position)]
    return [node]


def _lies_in(node: Any, position: tuple[int, int]) -> bool:
    end = (node.end_lineno, node.end_col_offset)
    return bool((node.lineno, node.col_offset) <= position < end)


def _start_of(path: list[Any], name: str) -> int:
    """Where in a path the code of a frame begins; that of a comprehension belongs to its function."""
    inner = name.startswith("<") and name not in ("<lambda>", "<module>")
    for at in range(len(path) - 1, 0, -1):
        node = path[at]
        if isinstance(node, _NAMED) and (inner or node.name == name):
            return at
        if isinstance(node, ast.Lambda) and (inner or name == "<lambda>"):
            return at
    return 0


def _begins_in(node: Any, line: int) -> bool:
    """Whether a part is a `with`, and a line is where it says of what."""
    return isinstance(node, _WITHS) and node.lineno <= line <= (node.items[-1].context_expr.end_lineno or 0)


def _but_for(called: str | None, point: Any) -> Iterator[ast.AST]:
    call: Any = getattr(point, "value", None)
    if isinstance(call, ast.Await):
        call = call.value
    function = call.func if isinstance(call, ast.Call) else None
    if isinstance(function, ast.Name) and function.id == called:
        yield from (*call.args, *call.keywords)
    elif isinstance(function, ast.Attribute) and function.attr == called:
        yield from (function.value, *call.args, *call.keywords)
    else:
        yield point


def _entered(block: ast.AST) -> Iterator[ast.AST]:
    """What is entered in a block to be left with it."""
    for node in ast.walk(block):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _ENTERING
        ):
            yield from node.args
