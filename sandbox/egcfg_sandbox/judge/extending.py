"""Classes of the test that extend one of the program's: made there, with methods that are called here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any, Final

from egcfg_sandbox.judge.faults import NotATest

_OF_THE_BODY: Final = frozenset(
    {
        "__module__", "__qualname__", "__classcell__", "__annotations__", "__annotate_func__", "__annotate__",
        "__firstlineno__", "__static_attributes__", "__conditional_annotations__",
    }
)  # fmt: skip


def extend(ask: Callable[..., Any], name: str, bases: tuple[Any, ...], body: dict[str, Any]) -> Any:
    """The stand-in of the class `name` with the content `body` that the program's process makes."""
    members = {key: _member(value) for key, value in body.items() if key not in _OF_THE_BODY}
    made = ask("extend", name, bases, members)
    if type(made) is not type(bases[0]):
        raise NotATest(f"the program made no class of the test's {name}")
    cell = body.get("__classcell__")
    if cell is not None:
        cell.cell_contents = made
    return made


def _member(value: Any) -> tuple[Any, ...]:
    """How a class's content travels: what kind of it, and the functions or the value."""
    if isinstance(value, FunctionType):
        return ("method", value)
    if isinstance(value, staticmethod | classmethod):
        return (type(value).__name__, value.__func__)
    if isinstance(value, property):
        return ("property", value.fget, value.fset, value.fdel)
    return ("value", value)


class _Above:
    """What `super()` gives in such a class: the attributes that the program's classes have."""

    def __init__(self, kind: Any, instance: Any) -> None:
        object.__setattr__(self, "_parts", (kind, instance))

    def __getattribute__(self, name: str) -> Any:
        kind, instance = object.__getattribute__(self, "_parts")
        return kind._remote_above(instance, name)


def find_super(remote: type) -> Callable[..., Any]:
    """A `super` for a test in which classes of the metaclass `remote` may be extended."""

    def above(*arguments: Any) -> Any:
        if not arguments:
            frame = sys._getframe(1)
            names = frame.f_locals
            if "__class__" not in names or not frame.f_code.co_argcount:
                raise RuntimeError("super(): no arguments")
            arguments = (names["__class__"], names[frame.f_code.co_varnames[0]])
        return _Above(*arguments) if type(arguments[0]) is remote else super(*arguments)

    return above
