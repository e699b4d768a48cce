"""Reads the contents of an object from memory, without calling any method of its class."""

from __future__ import annotations

import types
from typing import Any, Final

IMMUTABLE: Final = (int, float, complex, str, bytes, tuple, frozenset)
"""Builtins whose values cannot be changed; a class may extend them."""
_PLAIN_BASES: Final = (*IMMUTABLE, bytearray, list, set, dict)


def plain_base(kind: type) -> type | None:
    """The builtin that a class extends, if any."""
    for base in _PLAIN_BASES:
        if issubclass(kind, base):
            return base
    return None


def as_plain(value: Any, base: type) -> Any:
    """The builtin part of an instance of a builtin's subclass."""
    if base is int or base is float:
        return base.__dict__["__int__" if base is int else "__float__"](value)
    if base is complex:
        return complex(complex.real.__get__(value), complex.imag.__get__(value))
    if base is str:
        return str.__str__(value)
    if base in (bytes, bytearray):
        return base.__dict__["__getitem__"](value, slice(None))
    if base is dict:
        return dict(dict.items(value))
    return base(base.__dict__["__iter__"](value))


def state_of(value: Any) -> dict[str, Any] | None:
    """Instance variables by name, slots included; None where there can be none."""
    slots = [
        (name, slot)
        for owner in type(value).__mro__
        for name, slot in list(vars(owner).items())
        if isinstance(slot, types.MemberDescriptorType)
    ]
    state: dict[str, Any] = {}
    for name, slot in slots:
        try:
            state[name] = slot.__get__(value)
        except AttributeError:
            continue
    try:
        variables = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return state if slots else None
    if type(variables) is not dict:
        # The class has taken the name for something else.
        kept: Any = object.__getstate__(value)
        variables = (kept[0] if type(kept) is tuple else kept) or {}
    state.update((name, item) for name, item in variables.items() if type(name) is str)
    return state
