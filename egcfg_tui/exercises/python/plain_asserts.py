"""Rewrites unittest's assertion methods as `assert` statements."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable
from typing import Final

_COMPARED: Final[dict[str, type[ast.cmpop]]] = {
    "assertEqual": ast.Eq,
    "assertEquals": ast.Eq,
    "assertListEqual": ast.Eq,
    "assertTupleEqual": ast.Eq,
    "assertDictEqual": ast.Eq,
    "assertSetEqual": ast.Eq,
    "assertMultiLineEqual": ast.Eq,
    "assertNotEqual": ast.NotEq,
    "assertIs": ast.Is,
    "assertIsNot": ast.IsNot,
    "assertIn": ast.In,
    "assertNotIn": ast.NotIn,
    "assertLess": ast.Lt,
    "assertLessEqual": ast.LtE,
    "assertGreater": ast.Gt,
    "assertGreaterEqual": ast.GtE,
}
_JUDGED: Final[dict[str, Callable[[ast.expr], ast.expr]]] = {
    "assertTrue": lambda value: value,
    "assertFalse": lambda value: ast.UnaryOp(ast.Not(), value),
    "assertIsNone": lambda value: ast.Compare(value, [ast.Is()], [ast.Constant(None)]),
    "assertIsNotNone": lambda value: ast.Compare(value, [ast.IsNot()], [ast.Constant(None)]),
}


def plain_body(method: ast.FunctionDef) -> list[ast.stmt] | None:
    """The statements of a test method without its class; None if they use more of it than assertions."""
    function = _Rewriter().visit(copy.deepcopy(method))
    read = {
        node.id
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    body: list[ast.stmt] = _MessageRemover(read).visit(function).body
    if any(isinstance(node, ast.Name) and node.id == "self" for line in body for node in ast.walk(line)):
        return None
    return body


class _Rewriter(ast.NodeTransformer):
    """Replaces statements such as `self.assertEqual(a, b)`, and `with self.subTest()` by its body."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        match node.value:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=args, keywords=words
            ):
                only_message = all(word.arg == "msg" for word in words)
                return (self._plain(name, args) if only_message else None) or node
            case _:
                return node

    def visit_With(self, node: ast.With) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        match node.items:
            case [
                ast.withitem(
                    context_expr=ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr="subTest"))
                )
            ]:
                return node.body
            case _:
                return node

    def _plain(self, name: str, args: list[ast.expr]) -> ast.stmt | None:
        """The assertion, without the message after the compared arguments; None if it is of another kind."""
        match args:
            case [left, right, *message] if name in _COMPARED and len(message) < 2:
                return ast.Assert(ast.Compare(left, [_COMPARED[name]()], [right]))
            case [value, *message] if name in _JUDGED and len(message) < 2:
                return ast.Assert(_JUDGED[name](value))
            case [value, kind, *message] if name == "assertIsInstance" and len(message) < 2:
                return ast.Assert(ast.Call(ast.Name("isinstance", ast.Load()), [value, kind], []))
            case [left, right] if name == "assertAlmostEqual" and (_is_number(left) or _is_number(right)):
                # Without a number unittest tries `==` first, since other objects may not be rounded.
                rounded = ast.Call(
                    ast.Name("round", ast.Load()), [ast.BinOp(left, ast.Sub(), right), ast.Constant(7)], []
                )
                return ast.Assert(ast.Compare(rounded, [ast.Eq()], [ast.Constant(0)]))
            case _:
                return None


def _is_number(node: ast.expr) -> bool:
    return isinstance(node.operand if isinstance(node, ast.UnaryOp) else node, ast.Constant)


class _MessageRemover(ast.NodeTransformer):
    """Removes assignments of texts to variables that nothing reads: they were messages of assertions."""

    def __init__(self, read: set[str]) -> None:
        self._read = read

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | None:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str()) | ast.JoinedStr()):
                return None if name not in self._read else node
            case _:
                return node
