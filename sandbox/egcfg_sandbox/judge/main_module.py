"""The module `__main__` of a test: its own names, and the program's, which it may replace there for both."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

_NAME: Final = "__main__"
_LOOKING: Final = frozenset({"globals", "vars", "locals"})


def named_in(trees: Sequence[ast.AST]) -> set[str]:
    """Names in `patch("__main__.f")` and `globals()["f"]`; of no other text is the program told."""
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {name for node in nodes for name in (*_patched(node), *_looked_up(node)) if name.isidentifier()}


def _text(node: ast.AST | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _patched(node: ast.AST) -> Iterator[str]:
    """A name after the module's, written out or put in by `__name__`."""
    module, _, name = _text(node).partition(".")
    if module == _NAME:
        yield name
    if (
        isinstance(node, ast.JoinedStr)
        and len(node.values) == 2
        and ast.unparse(node).find("{__name__}.") > 0
    ):
        yield _text(node.values[1])[1:]


def _looked_up(node: ast.AST) -> Iterator[str]:
    """A name by which a variable is looked up, or for which it is looked."""
    match node:
        case ast.Subscript(value=ast.Call(func=ast.Name(id=asked)), slice=key) if asked in _LOOKING:
            yield _text(key)
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name(id=asked)), attr="get"), args=[key, *_]
        ) if asked in _LOOKING:
            yield _text(key)


class MainModule(ModuleType):
    """Shows a test's namespace; what is put in the place of a name of the program is put there too."""

    def __init__(self, names: dict[str, Any], given: Mapping[str, Any], replace: Callable[..., Any]) -> None:
        """`given`: the program's names among them; `replace` has it replace one."""
        super().__init__(_NAME)
        vars(self).update(_names=names, _given=frozenset(given), _replace=replace)

    def __getattr__(self, name: str) -> Any:
        try:
            return vars(self)["_names"][name]
        except KeyError:
            raise AttributeError(f"module {_NAME!r} has no attribute {name!r}") from None

    def __setattr__(self, name: str, value: Any) -> None:
        vars(self)["_names"][name] = value
        if name in vars(self)["_given"]:
            vars(self)["_replace"](name, value)

    def __delattr__(self, name: str) -> None:
        vars(self)["_names"].pop(name, None)
