"""Bounded text of any value without calling a single method of the program's own classes."""

from __future__ import annotations

import collections
import datetime
import decimal
import fractions
import types
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final

from egcfg_sandbox.candidate.memory import as_plain, plain_base, state_of

_ITEMS: Final = 12
_DEPTH: Final = 3
_INTEGER_BITS: Final = 512
_ELLIPSIS: Final = "..."
_BRACKETS: Final[dict[type, tuple[str, str]]] = {
    list: ("[", "]"),
    set: ("{", "}"),
    frozenset: ("frozenset({", "})"),
    collections.deque: ("deque([", "])"),
}
_PREFIX: Final[dict[type, tuple[str, str]]] = {
    dict: ("{", "}"),
    collections.Counter: ("Counter({", "})"),
    collections.OrderedDict: ("OrderedDict({", "})"),
    collections.defaultdict: ("defaultdict({", "})"),
}
_CALLABLE: Final = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
# Types of the standard library whose own text is short and safe.
_SAFE: Final = frozenset(
    {
        bool, float, complex, type(None), type(Ellipsis), type(NotImplemented), range, slice, decimal.Decimal,
        fractions.Fraction, datetime.date, datetime.datetime, datetime.time, datetime.timedelta,
    }
)  # fmt: skip


class Renderer:
    """Renders values in at most `limit` characters."""

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def text(self, value: Any) -> str:
        """One line that shows the value; what does not fit ends in an ellipsis."""
        try:
            text = self._render(value, _DEPTH)
        except Exception as error:
            text = f"<{_type_name(value)}: {type(error).__name__}>"
        if len(text) > self._limit:
            text = text[: max(0, self._limit - len(_ELLIPSIS))] + _ELLIPSIS
        return text

    def _render(self, value: Any, depth: int) -> str:
        kind = type(value)
        if kind is int:
            bits = int.bit_length(value)
            return repr(value) if bits <= _INTEGER_BITS else f"<int of {bits} bits>"
        if kind is str or kind is bytes or kind is bytearray:
            return self._sliced(value)
        if kind in _SAFE:
            return repr(value)
        if kind is tuple:
            inner = self._joined(value, len(value), depth)
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        if kind in _BRACKETS:
            if kind is set and not value:
                return "set()"
            opening, closing = _BRACKETS[kind]
            return opening + self._joined(value, len(value), depth) + closing
        if kind in _PREFIX:
            opening, closing = _PREFIX[kind]
            return opening + self._pairs(value, depth) + closing
        return self._object(value, kind, depth)

    def _sliced(self, value: Any) -> str:
        if len(value) <= self._limit:
            return repr(value)
        return repr(value[: self._limit]) + _ELLIPSIS

    def _joined(self, items: Iterable[Any], count: int, depth: int) -> str:
        return self._listed((self._render(item, depth - 1) for item in items), count, depth)

    def _pairs(self, value: dict[Any, Any], depth: int) -> str:
        pairs = (
            f"{self._render(key, depth - 1)}: {self._render(item, depth - 1)}"
            for key, item in dict.items(value)
        )
        return self._listed(pairs, len(value), depth)

    def _listed(self, texts: Iterable[str], count: int, depth: int) -> str:
        """As many texts as there is room for."""
        if depth == 0 and count:
            return _ELLIPSIS
        parts: list[str] = []
        room = self._limit
        for part in islice(texts, _ITEMS):
            parts.append(part)
            room -= len(part) + 2
            if room <= 0:
                break
        if len(parts) < count:
            parts.append(_ELLIPSIS)
        return ", ".join(parts)

    def _object(self, value: Any, kind: type, depth: int) -> str:
        """Classes, functions and instances: type name and fields, read without running their code."""
        if issubclass(kind, type):
            return f"<class {_name_of(value)}>"
        if kind in _CALLABLE:
            return f"<function {value.__name__}>"
        if kind is types.ModuleType:
            return f"<module {value.__name__}>"
        name = _name_of(kind)
        package = kind.__module__.partition(".")[0]
        if package == "numpy":
            return _array_text(value, self._limit)
        if package == "pandas":
            return self._table(value, name)
        base = plain_base(kind)
        if base is not None:
            return f"{name}({self._render(as_plain(value, base), depth - 1)})"
        if issubclass(kind, BaseException):
            arguments = BaseException.__dict__["args"].__get__(value)
            return f"{name}({self._joined(arguments, len(arguments), depth)})"
        fields = state_of(value)
        if fields is None:
            return f"<{name}>"
        if depth <= 0:
            return f"{name}({_ELLIPSIS if fields else ''})"
        parts = [f"{key}={self._render(item, depth - 1)}" for key, item in islice(fields.items(), _ITEMS)]
        return f"{name}({', '.join(parts)})"

    def _table(self, value: Any, name: str) -> str:
        """A table of pandas by its columns, a column by its items; anything else of pandas by its own text.

        This runs code of pandas, which a program may have replaced: what it makes of it is only text.
        """
        if name == "DataFrame":
            parts = [
                f"{self._render(label, 1)}: {self._items(value.iloc[:, number])}"
                for number, label in enumerate(value.columns[:_ITEMS])
            ]
            shown = len(parts) == value.shape[1]
            return (
                f"DataFrame({{{', '.join(parts)}{'' if shown else ', ' + _ELLIPSIS}}}, shape={value.shape})"
            )
        if name == "Series" or name.endswith("Index"):
            return f"{name}({self._items(value)}, dtype={value.dtype})"
        if name in ("Timestamp", "Timedelta", "NaTType", "NAType", "Period", "Interval"):
            return str(value)
        return f"<{name}>"

    def _items(self, column: Any) -> str:
        """The first items of a column, as a list."""
        items = column[:_ITEMS].tolist()
        return "[" + self._joined(items, len(column), 2) + "]"


def _name_of(kind: type) -> str:
    return str(type.__dict__["__name__"].__get__(kind))


def _type_name(value: Any) -> str:
    return _name_of(type(value))


def _array_text(value: Any, limit: int) -> str:
    """An array of numpy: shape, type and its first numbers."""
    if type(value).__name__ != "ndarray":
        return str(value)[:limit] if getattr(value, "nbytes", 0) <= 16 else f"<{type(value).__name__}>"
    if value.dtype.hasobject:
        return f"array(shape={value.shape}, dtype=object)"
    return f"array({value.ravel()[:_ITEMS].tolist()!r}, shape={value.shape}, dtype={value.dtype})"
