"""Lines by statement: a statement over several lines is one step, whatever the interpreter reports."""

from __future__ import annotations

import ast


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
