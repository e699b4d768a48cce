"""Classes of the test that extend one of the program's, made of the test's functions."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any


def extended(name: str, bases: tuple[type, ...], members: dict[str, tuple[Any, ...]]) -> type:
    """The class `name`; raises what the program's classes raise on being extended."""
    content = {key: _member(*member) for key, member in members.items()}
    return types.new_class(name, bases, {}, lambda body: body.update(content, __module__="test"))


def _member(kind: str, *parts: Any) -> Any:
    if kind == "value":
        return parts[0]
    if kind == "property":
        getter, setter, deleter = (None if part is None else _method(part) for part in parts)
        return property(getter, setter, deleter)
    method = _method(parts[0])
    return (
        method
        if kind == "method"
        else {"staticmethod": staticmethod, "classmethod": classmethod}[kind](method)
    )


def _method(function: Any) -> Callable[..., Any]:
    """The test's function as one that becomes a method."""

    def method(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    return method
