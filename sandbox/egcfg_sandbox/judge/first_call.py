"""Which call of the program a test surely makes before anything else: it can go along with the loading.

Loading a program and calling its function are then one exchange with its process instead of two. It is left
alone wherever the test could do something before that call which the program would notice, or for which the
program's names must be known.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Sequence
from typing import Final

_BUILTINS: Final = frozenset(vars(builtins))
_CONTAINERS: Final = (ast.List, ast.Tuple)


def name_called_first(statements: Sequence[ast.stmt]) -> str | None:
    """The name that a test calls, with literals alone, before all else; None: that cannot be told.

    Imports and documentation may stand before it, builtins around it: `assert sorted(f([2, 1])) == [1, 2]`.
    """
    for statement in statements:
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if any(alias.name == "*" for alias in statement.names):
                # It has names of the program stand for something else.
                return None
            continue
        value = _evaluated(statement)
        if value is None:
            return None
        if not _is_literal(value):
            call = _first_in(value)
            return call.func.id if call is not None and isinstance(call.func, ast.Name) else None
    return None


def _evaluated(statement: ast.stmt) -> ast.expr | None:
    """What a statement evaluates first."""
    if isinstance(statement, ast.Assert):
        return statement.test
    if isinstance(statement, ast.Expr | ast.Assign):
        return statement.value
    return None


def _first_in(node: ast.expr) -> ast.Call | None:
    """The first call that evaluating an expression makes, if it is one of a name with literals."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        if node.func.id not in _BUILTINS:
            named = all(keyword.arg is not None for keyword in node.keywords)
            return node if named and all(map(_is_literal, given)) else None
        return _first_of(given)
    if isinstance(node, ast.Call):
        return _first_of([node.func.value if isinstance(node.func, ast.Attribute) else node.func, *node.args])
    if isinstance(node, ast.Compare):
        return _first_of([node.left, node.comparators[0]])
    if isinstance(node, ast.BinOp):
        return _first_of([node.left, node.right])
    if isinstance(node, ast.UnaryOp):
        return _first_in(node.operand)
    if isinstance(node, ast.BoolOp):
        return _first_in(node.values[0])
    if isinstance(node, ast.Attribute | ast.Subscript):
        return _first_in(node.value)
    if isinstance(node, _CONTAINERS):
        return _first_of(node.elts)
    return None


def _first_of(nodes: Sequence[ast.expr]) -> ast.Call | None:
    """The first call in several expressions that are evaluated in this order."""
    for node in nodes:
        if not _is_literal(node):
            return _first_in(node)
    return None


def _is_literal(node: ast.expr) -> bool:
    """Whether evaluating an expression needs nothing, does nothing and cannot fail."""
    if isinstance(node, ast.UnaryOp):
        number = node.operand.value if isinstance(node.operand, ast.Constant) else None
        return isinstance(node.op, ast.USub) and type(number) in (int, float, complex)
    if isinstance(node, _CONTAINERS):
        return all(map(_is_literal, node.elts))
    if isinstance(node, ast.Set):
        return all(isinstance(element, ast.Constant) for element in node.elts)
    if isinstance(node, ast.Dict):
        keyed = all(isinstance(key, ast.Constant) for key in node.keys)
        return keyed and all(map(_is_literal, node.values))
    return isinstance(node, ast.Constant)
