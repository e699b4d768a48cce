"""Which names a test uses as classes: a capital letter alone does not tell, as functions are named so too."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Final

_VALUES: Final = (str, bytes, int, float, complex, list, tuple, dict, set, frozenset)
_CHANGING: Final = frozenset(
    {
        "append", "pop", "add", "insert", "remove", "update", "extend", "clear", "discard", "popitem",
        "setdefault", "sort", "reverse",
    }
)  # fmt: skip
# What one also asks of the plain value that a function gave.
_OF_VALUES: Final = frozenset(name for kind in _VALUES for name in dir(kind)) - _CHANGING
_CLASS_QUESTIONS: Final = frozenset({"isinstance", "issubclass"})


def class_names(trees: Sequence[ast.AST]) -> frozenset[str]:
    """Capitalised names of which a test surely uses what they make as objects.

    It asks for their attributes, extends or enters them, looks for their type, or compares two of them.
    """
    nodes = [node for tree in trees for node in ast.walk(tree)]
    holders = {key: made for node in nodes for key, made in _held(node)}
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Attribute) and (
            node.attr not in _OF_VALUES or type(node.ctx) is not ast.Load
        ):
            found |= _made_by(node.value) | holders.get(_key(node.value), set())
            if isinstance(node.value, ast.Name):
                found.add(node.value.id)
        elif isinstance(node, ast.ClassDef):
            found |= {base.id for base in node.bases if isinstance(base, ast.Name)}
        elif isinstance(node, ast.withitem):
            found |= _made_by(node.context_expr)
        elif isinstance(node, ast.ExceptHandler) and node.type is not None:
            found |= _names(node.type)
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in _CLASS_QUESTIONS
        ):
            found |= {name for argument in node.args[1:] for name in _names(argument)}
        elif isinstance(node, ast.Call) and len(node.args) > 1:
            # As `assertEqual` is called.
            found |= _made_by(node.args[0]) & _made_by(node.args[1])
        elif isinstance(node, ast.Compare) and len(node.comparators) == 1:
            found |= _made_by(node.left) & _made_by(node.comparators[0])
    return frozenset(name for name in found if name[:1].isupper())


def _is_of_values(node: ast.Attribute) -> bool:
    return type(node.ctx) is ast.Load and node.attr in _OF_VALUES


def _names(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def _made_by(node: ast.AST) -> set[str]:
    """Names that are called to make a value, or the operands of one."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            inside = _made_by(node.args[0]) if node.func.id == "abs" and node.args else set()
            return {node.func.id} | inside
        return {node.func.attr} if isinstance(node.func, ast.Attribute) else set()
    parts: list[ast.expr] = []
    if isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.UnaryOp):
        parts = [node.operand]
    elif isinstance(node, ast.List | ast.Tuple | ast.Set):
        parts = node.elts
    elif isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp):
        parts = [node.elt]
    return {name for part in parts for name in _made_by(part)}


def _key(node: ast.AST) -> str | None:
    """What a variable or an attribute is known by."""
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else None


def _held(node: ast.AST) -> Iterator[tuple[str | None, set[str]]]:
    """Variables that are given something to hold, and the names that made it."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            for one in target.elts if isinstance(target, ast.Tuple | ast.List) else [target]:
                yield _key(one), _made_by(node.value)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        yield _key(node.target), _made_by(node.value)
    elif isinstance(node, ast.For):
        yield _key(node.target), _made_by(node.iter)
