"""Immutable values whose class extends a builtin: that builtin in all they do here, and more when asked."""

from __future__ import annotations

from collections import namedtuple
from typing import TYPE_CHECKING, Any, Final

from egcfg_sandbox.codec import CodecError
from egcfg_sandbox.judge.remote_objects import RemoteType, deciding_nothing, named_by_test

if TYPE_CHECKING:
    from egcfg_sandbox.judge.session import Session

_BASES: Final = (int, float, complex, str, bytes, tuple, frozenset)


class _Further:
    """What such a value has beside its plain part: asked of the program."""

    __slots__ = ()
    _remote_session: Session

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("__", "_remote")):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        value = deciding_nothing(name, self._remote_session.ask("getattr", self, name))
        return named_by_test(name, value)


class Values:
    """Such values of one program, by the numbers of their originals."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._classes: dict[tuple[type, type, Any], Any] = {}
        self._kinds: dict[type, type] = {}
        self._values: dict[int, Any] = {}
        self._numbers: dict[int, int] = {}

    def value(self, number: int, kind: type, fields: Any, plain: Any) -> Any:
        """The one value for an original of the class `kind`; `fields`: of a named tuple, else None."""
        known = self._values.get(number)
        if known is not None:
            return known
        base: Any = type(plain)
        if base not in _BASES or type(kind) is not RemoteType:
            raise CodecError("a value of a class that extends none")
        named = fields is not None
        if named and (base is not tuple or len(fields) != len(plain) or {*map(type, fields)} - {str}):
            raise CodecError("a named tuple that is none")
        if named:
            for name, part in zip(fields, plain, strict=True):
                deciding_nothing(name, part)
        key = (kind, base, fields)
        if key not in self._classes:
            plain_kind = namedtuple(kind.__name__, fields) if named else base
            own = {"__slots__": (), "__module__": "program", "_remote_session": self._session}
            self._classes[key] = type(kind.__name__, (plain_kind, _Further), own)
            self._kinds[self._classes[key]] = kind
        value = base.__new__(self._classes[key], plain)
        self._values[number] = value
        self._numbers[id(value)] = number
        return value

    def number_of(self, value: Any) -> int | None:
        """The reference of a value's original."""
        return self._numbers.get(id(value))

    def kind_of(self, value: Any) -> type | None:
        """The stand-in of a value's class."""
        return self._kinds.get(type(value))

    def describe_named_tuple(self, value: Any) -> Any:
        """How a named tuple travels that the test made, also from one of the program's."""
        return ("named", self.kind_of(value) or type(value).__name__, value._fields, tuple(value))
