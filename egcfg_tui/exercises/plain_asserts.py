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
    """The statements of a test method without its class; None where it needs more of it than assertions."""
    rewriter = _Rewriter()
    body = [rewriter.visit(statement) for statement in copy.deepcopy(method.body)]
    if any(isinstance(node, ast.Name) and node.id == "self" for line in body for node in ast.walk(line)):
        return None
    return body


class _Rewriter(ast.NodeTransformer):
    """Replaces `self.assertEqual(a, b)` and its kind where they stand as statements."""

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        match node.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name), args=args, keywords=[]):
                return self._plain(name, args) or node
            case _:
                return node

    def _plain(self, name: str, args: list[ast.expr]) -> ast.stmt | None:
        if name in _COMPARED and len(args) == 2:
            return ast.Assert(ast.Compare(args[0], [_COMPARED[name]()], [args[1]]))
        if name in _JUDGED and len(args) == 1:
            return ast.Assert(_JUDGED[name](args[0]))
        if name == "assertIsInstance" and len(args) == 2:
            return ast.Assert(ast.Call(ast.Name("isinstance"), args, []))
        if name == "assertAlmostEqual" and len(args) == 2:
            difference = ast.BinOp(args[0], ast.Sub(), args[1])
            rounded = ast.Call(ast.Name("round"), [difference, ast.Constant(7)], [])
            return ast.Assert(ast.Compare(rounded, [ast.Eq()], [ast.Constant(0)]))
        return None
