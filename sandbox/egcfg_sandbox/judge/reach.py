"""How far a test reaches beyond its own variables."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Final

# Names and modules by which a test could change more than its own variables, or not.
_REACHING: Final = frozenset(
    {
        "exec",
        "eval",
        "compile",
        "open",
        "setattr",
        "delattr",
        "globals",
        "vars",
        "getattr",
        "__import__",
        "__builtins__",
        "input",
        "get_type_hints",
    }
)
REPLACING: Final = frozenset({"os", "sys", "builtins", "contextlib", "unittest"})
"""Modules by which a test puts streams and functions of its own in the place of the usual ones."""
NOTICING: Final = frozenset({"warnings", "logging", "unittest"})
"""Those by which it hears of warnings and log records."""
_HARMLESS_IMPORTS: Final = frozenset(
    {"math", "cmath", "collections", "itertools", "functools", "string", "re", "typing", "operator", "copy",
     "fractions", "datetime", "heapq", "bisect"}
)  # fmt: skip


def leaves_nothing_behind(trees: Sequence[ast.AST], imports: AbstractSet[str]) -> bool:
    """Whether a test surely changes only its own variables, so that its process can judge again."""
    if not imports <= _HARMLESS_IMPORTS:
        return False
    nodes = (node for tree in trees for node in ast.walk(tree))
    return not any(
        (isinstance(node, ast.Name) and node.id in _REACHING)
        or (
            isinstance(node, ast.Attribute)
            and (type(node.ctx) is not ast.Load or node.attr.startswith("__") or node.attr in _REACHING)
        )
        for node in nodes
    )


def assigns_to_modules(trees: Sequence[ast.AST], imports: AbstractSet[str]) -> bool:
    """Whether a test sets a variable of what it has imported."""
    nodes = (node for tree in trees for node in ast.walk(tree))
    return any(
        isinstance(node, ast.Attribute)
        and type(node.ctx) is not ast.Load
        and ast.unparse(node.value).partition(".")[0] in imports
        for node in nodes
    )
