"""The operators of stand-ins, and what may come from them when a value of the test goes in."""

from __future__ import annotations

from typing import Any

from egcfg_sandbox.judge.remote_objects import (
    RemoteObject,
    asked_for,
    checked,
    further,
    is_remote,
    operate,
    slot,
)


def add_operators(kind: type[RemoteObject]) -> None:
    """Gives a class of stand-ins every operator."""
    for name in [
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "lshift",
        "rshift",
        "and",
        "or",
        "xor",
        "matmul",
    ]:
        function = f"{name}_" if name in ("and", "or") else name
        setattr(kind, f"__{name}__", _binary(function, False))
        setattr(kind, f"__r{name}__", _binary(function, True))
        setattr(kind, f"__i{name}__", _binary(f"i{name}", False, in_place=True))
    for prefix, swapped in (("", False), ("r", True)):
        setattr(kind, f"__{prefix}divmod__", _binary("divmod", swapped))
    for name in ["neg", "pos", "invert", "abs", "floor", "ceil", "trunc"]:
        setattr(kind, f"__{name}__", _unary(name))
    for name in ["lt", "le", "gt", "ge"]:
        setattr(kind, f"__{name}__", _ordering(name))


def _binary(name: str, swapped: bool, in_place: bool = False) -> Any:
    """An operator: between two objects of the program anything goes, with a plain value only an object.

    Where the test made the object itself, by calling its class, the operator is what is under test, and may
    give a plain value too.
    """

    def operator(self: RemoteObject, other: Any) -> Any:
        left, right = (other, self) if swapped else (self, other)
        made = slot(self, "_remote_made")
        value = slot(self, "_remote_session").ask("operate", name, (left, right))
        tainted = not is_remote(other)
        tainted = (
            tainted
            or slot(self, "_remote_tainted")
            or (isinstance(other, RemoteObject) and slot(other, "_remote_tainted"))
        )
        if value is self and in_place:
            asked_for(self)
            object.__setattr__(self, "_remote_made", made)
        if not tainted:
            return value
        if isinstance(value, RemoteObject):
            object.__setattr__(value, "_remote_tainted", True)
            if made and value is not self and type(value) is type(self) and asked_for(value):
                object.__setattr__(value, "_remote_made", True)
            return value
        if made and not slot(self, "_remote_tainted"):
            return value
        raise TypeError(
            "an operator of the program's class between it and a value of the test decides nothing"
        )

    return operator


def _unary(name: str) -> Any:
    def operator(self: RemoteObject) -> Any:
        return further(self, operate(self, name))

    return operator


def _ordering(name: str) -> Any:
    def operator(self: RemoteObject, other: Any) -> Any:
        if not isinstance(other, RemoteObject) and slot(self, "_remote_made"):
            return checked(self, name, bool, other)
        if (
            not isinstance(other, RemoteObject)
            or slot(self, "_remote_tainted")
            or slot(other, "_remote_tainted")
        ):
            return NotImplemented
        return operate(self, name, other)

    return operator
