"""Lines by statement: a statement over several lines is one step, whatever the interpreter reports."""

from __future__ import annotations

import ast
from typing import Final

_LINE_ENDS: Final = b"\r\n"
_OPENING: Final = b"([{"
_CLOSING: Final = b")]}"
_NO_BRACKETS: Final = bytes({*range(256)} - {*_LINE_ENDS, *_OPENING, *_CLOSING})
_ONE_KIND: Final = bytes.maketrans(_OPENING + _CLOSING, b"((()))")


def first_lines(source: bytes) -> dict[int, int]:
    """Maps the lines of statements that span several to the first one; other lines stand for themselves."""
    if not _may_span_lines(source):
        return {}
    starts: dict[int, int] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
            _mark(node, starts)
    return starts


def _may_span_lines(source: bytes) -> bool:
    """Whether a line seems to continue a statement: a cheap look that mostly spares the parse."""
    if b"\\\n" in source or b"\\\r" in source or b'"""' in source or b"'''" in source or b"match" in source:
        return True
    brackets = source.translate(_ONE_KIND, _NO_BRACKETS)
    for line in set(brackets.split()):  # noqa: SIM110 (one object less to copy, see the runner)
        if 2 * line.count(b"(") != len(line):
            return True
    return False


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
