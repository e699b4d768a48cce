"""`format` in a test on a text that the program gave: such a text names what is given to it, and no more."""

from __future__ import annotations

import _string  # type: ignore[import-not-found,unused-ignore]
import ast
from typing import Any, Final

# Attributes by which functions, frames and the like lead to the test's variables.
_LEADING: Final = ("_", "f_", "gi_", "cr_", "ag_", "tb_", "co_", "func_")


class BoundFormats(ast.NodeTransformer):
    """Has a test go by `formatting`, under a name of its own, for what is not written down in the test."""

    def __init__(self, name: str) -> None:
        self._name = name

    def visit_Call(self, node: ast.Call) -> Any:
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=text, attr="format" | "format_map" as name) if not _is_own(text):
                given = [text, ast.Constant(name)]
                node.func = ast.copy_location(ast.Call(ast.Name(self._name, ast.Load()), given, []), node)
        return ast.fix_missing_locations(node)


def _is_own(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant)


def formatting(text: Any, name: str) -> Any:
    """The method of that name; of a text, raises `TypeError` where it would reach beyond what it is given."""
    if isinstance(text, str):
        for field in _fields(text):
            if any(not is_index and str(part).startswith(_LEADING) for is_index, part in _steps(field)):
                raise TypeError(f"a text that the program may have given asks for {field!r}")
    return getattr(text, name)


def _fields(text: str) -> list[str]:
    """Names of all replacement fields, those inside the forms of others too."""
    found: list[str] = []
    waiting = [text]
    while waiting:
        try:
            for _, field, form, _ in _string.formatter_parser(waiting.pop()):
                if field is not None:
                    found.append(field)
                    waiting.append(form)
        except ValueError:
            # Formatting it says what is wrong.
            continue
    return found


def _steps(field: str) -> list[tuple[bool, Any]]:
    """What a field asks for one after another, and whether it does so in brackets."""
    _, rest = _string.formatter_field_name_split(field)
    return [(not is_attribute, part) for is_attribute, part in rest]
