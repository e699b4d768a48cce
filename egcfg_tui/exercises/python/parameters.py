"""The sets of parameters of a test function: what pytest's parametrize marks write out."""

from __future__ import annotations

import ast
from itertools import product


def parameter_sets(marks: list[ast.expr]) -> list[dict[str, ast.expr]] | None:
    """All combinations of the values of stacked parametrize marks; None if a mark is not written out."""
    groups = []
    # The mark closest to the function varies slowest, as in pytest.
    for mark in reversed(marks):
        group = _group(mark)
        if group is None:
            return None
        groups.append(group)
    sets = [{name: value for part in parts for name, value in part.items()} for parts in product(*groups)]
    return sets or None


def _group(mark: ast.expr) -> list[dict[str, ast.expr]] | None:
    """The sets of values of one parametrize mark, each by parameter name; None if it is not written out."""
    if not isinstance(mark, ast.Call):
        return None
    given: dict[str | None, ast.expr] = {word.arg: word.value for word in mark.keywords}
    given |= dict(zip(("argnames", "argvalues"), mark.args, strict=False))
    if not given.keys() <= {"argnames", "argvalues", "ids"} or len(mark.args) > 2:
        return None
    names, values = given.get("argnames"), given.get("argvalues")
    order = None if names is None else _names(names)
    if not order or not isinstance(values, ast.List | ast.Tuple):
        return None
    group = []
    for value in values.elts:
        parts = _values(value, len(order))
        if parts is None:
            return None
        group.append(dict(zip(order, parts, strict=True)))
    return group


def _names(node: ast.expr) -> list[str] | None:
    try:
        value = ast.literal_eval(node)
    except ValueError:
        return None
    if isinstance(value, str):
        return [name.strip() for name in value.split(",") if name.strip()]
    return list(value) if isinstance(value, list | tuple) and all(isinstance(n, str) for n in value) else None


def _values(node: ast.expr, count: int) -> list[ast.expr] | None:
    """The values of one set: `(1, 2)`, `pytest.param(1, 2, id="small")`, or any expression for one name."""
    if isinstance(node, ast.Starred):
        return None
    if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "param":
        plain = all(word.arg == "id" for word in node.keywords)
        return list(node.args) if plain and len(node.args) == count else None
    if count == 1:
        return [node]
    same = isinstance(node, ast.Tuple | ast.List) and len(node.elts) == count
    return list(node.elts) if same and isinstance(node, ast.Tuple | ast.List) else None
