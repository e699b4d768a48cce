"""The module `__main__` of a test: its own names, and the program's, which it may replace there for both."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

_NAME: Final = "__main__"
_LOOKING: Final = frozenset({"globals", "vars", "locals"})


def named_in(trees: Sequence[ast.AST], names: set[str]) -> set[str]:
    """What a test may mean in texts: `patch("__main__.f")`, and `globals()["f"]` where it asks for these."""
    looks = not _LOOKING.isdisjoint(names)
    texts = list(_texts(trees))
    named = [*map(_patched, texts), *(texts if looks else ())]
    return {name for name in named if name.isidentifier()}


def _texts(trees: Sequence[ast.AST]) -> Iterator[str]:
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


def _patched(text: str) -> str:
    """The name in a text that names one in the module; the text may begin with what `__name__` gives."""
    module, _, name = text.partition(".")
    return name if module in ("", _NAME) and name.isidentifier() else ""


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
