"""Changes of what a function returns: the right value in another type, order or scale."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from egcfg_tui.solving.mutation.places import Change, Place

_HOLE: Final = "_result_"
_CONVERSIONS: Final = tuple(
    text.replace("_", _HOLE)
    for text in (
        *("list(_)", "tuple(_)", "set(_)", "sorted(_)", "dict(_)", "str(_)", "int(_)", "float(_)", "bool(_)"),
        *("len(_)", "sum(_)", "max(_)", "min(_)", "not _", "-_", "abs(_)", "round(_)", "round(_, 2)"),
        *("_[0]", "_[-1]", "_[::-1]", "_[1:]", "_[:-1]", "(_,)", "[_]", "''.join(_)", "' '.join(_)"),
        *("_ + 1", "_ - 1", "_ * 2", "_ / 2", "_ // 2", "sorted(_, reverse=True)", "list(dict.fromkeys(_))"),
        *("[list(each) for each in _]", "[tuple(each) for each in _]", "list(map(str, _))"),
        *("'Yes' if _ else 'No'", "_.strip()", "_.lower()", "_.upper()"),
    )
)


def result_changes(tree: ast.Module) -> Iterator[Change]:
    """Each conversion, of all values that a function returns, or of the last one alone."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        returns = [
            Place(node, "value")
            for node in ast.walk(function)
            if isinstance(node, ast.Return) and node.value is not None
        ]
        for some in (returns, returns[-1:]) if len(returns) > 1 else (returns,):
            for conversion in _CONVERSIONS if some else ():
                yield Change(tuple((place, _converted(conversion, place.value)) for place in some))


def _converted(conversion: str, value: ast.expr) -> ast.expr:
    class Filler(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return value if node.id == _HOLE else node

    filled: ast.expr = Filler().visit(ast.parse(conversion, mode="eval").body)
    return filled
