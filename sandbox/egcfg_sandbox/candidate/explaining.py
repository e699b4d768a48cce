"""Rewrites the assertions of a test so that a failed comparison tells both of its sides."""

from __future__ import annotations

import ast
from typing import Any, Final

_TOLD: Final = "__told"
_LEFT: Final = "__left"
_RIGHT: Final = "__right"
_SHOWN: Final = 80


def explained(tree: ast.Module) -> ast.Module:
    """The tree with `assert a == b` made to say `got ..., expected ...` where it fails."""
    futures = 0
    while futures < len(tree.body) and (
        isinstance(node := tree.body[futures], ast.ImportFrom) and node.module == "__future__"
    ):
        futures += 1
    tree = _Explainer().visit(tree)
    tree.body.insert(futures, ast.parse(f"from {__name__} import told as {_TOLD}").body[0])
    return ast.fix_missing_locations(tree)


class _Explainer(ast.NodeTransformer):
    def visit_Assert(self, node: ast.Assert) -> ast.Assert:
        match node:
            case ast.Assert(test=ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]), msg=None):
                test = ast.Compare(_kept(_LEFT, left), [ast.Eq()], [_kept(_RIGHT, right)])
                sides: list[ast.expr] = [ast.Name(_LEFT, ast.Load()), ast.Name(_RIGHT, ast.Load())]
                told = ast.Call(ast.Name(_TOLD, ast.Load()), sides, [])
                return ast.copy_location(ast.Assert(test, told), node)
            case _:
                return node


def _kept(name: str, value: ast.expr) -> ast.expr:
    return ast.NamedExpr(ast.Name(name, ast.Store()), value)


def told(left: Any, right: Any) -> str:
    """What a failed comparison says."""
    return f"got {_shown(left)}, expected {_shown(right)}"


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:
        return f"a {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."
