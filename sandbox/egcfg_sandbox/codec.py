"""Values as bytes and back: tagged, bounded, without pickle and without `repr`.

What arrives is rebuilt from exact builtin (or known standard) types only, whatever the sender's objects were,
and everything is checked against `CodecLimits`, because the sender may be hostile. Objects that have no plain
form go through hooks: `describe` turns one into plain data on the way out, `resolve` makes a stand-in of it.
Lists, dicts, sets and their like are numbered (`Shared`), so that one that is met again, in this value or a
later one, is the same, and can be refilled in place.
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import importlib
import re
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from egcfg_sandbox.shared import Shared


class CodecError(Exception):
    """A value that cannot be carried, or bytes that are no value."""


@dataclass(frozen=True, slots=True)
class CodecLimits:
    """How large a value may be."""

    message_bytes: int = 16 * 1024 * 1024
    nodes: int = 2_000_000
    depth: int = 500
    integer_bits: int = 4_000_000


LIMITS: Final = CodecLimits()

_LENGTH: Final = struct.Struct("<I")
_INT64: Final = struct.Struct("<q")
_FLOAT: Final = struct.Struct("<d")
_COMPLEX: Final = struct.Struct("<dd")
_INT64_MIN: Final = -(1 << 63)
_INT64_MAX: Final = (1 << 63) - 1

Describe = Callable[[Any], Any]
Resolve = Callable[[Any], Any]

_NAMED_TYPES: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        object, type, bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset,
        range, slice, type(None), decimal.Decimal, fractions.Fraction, datetime.datetime, datetime.date,
        datetime.time, datetime.timedelta, collections.Counter, collections.deque, collections.OrderedDict,
        collections.defaultdict,
    )
}  # fmt: skip
_TYPE_NAMES: Final = {kind: name for name, kind in _NAMED_TYPES.items()}


def _zone_out(zone: datetime.tzinfo | None, moment: datetime.datetime | None) -> datetime.timedelta | None:
    if zone is None:
        return None
    return zone.utcoffset(moment)


def _zone_in(offset: Any) -> datetime.tzinfo | None:
    return None if offset is None else datetime.timezone(offset)


def _datetime_out(value: datetime.datetime) -> Any:
    naive = (value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond)
    return (naive, _zone_out(value.tzinfo, value), value.fold)


def _datetime_in(plain: Any) -> datetime.datetime:
    (year, month, day, hour, minute, second, micro), offset, fold = plain
    zone = _zone_in(offset)
    return datetime.datetime(year, month, day, hour, minute, second, micro, tzinfo=zone, fold=fold)


def _time_out(value: datetime.time) -> Any:
    naive = (value.hour, value.minute, value.second, value.microsecond)
    return (naive, _zone_out(value.tzinfo, None), value.fold)


def _time_in(plain: Any) -> datetime.time:
    (hour, minute, second, micro), offset, fold = plain
    return datetime.time(hour, minute, second, micro, tzinfo=_zone_in(offset), fold=fold)


def _array_in(plain: Any) -> array.array[Any]:
    code, data = plain
    if code not in array.typecodes or len(data) % array.array(code).itemsize:
        raise CodecError("an array that does not fit its type")
    return array.array(code, data)


@dataclass(frozen=True, slots=True)
class _Known:
    """A standard type that travels as plain data under its own name."""

    kind: type
    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


_KNOWN: Final[dict[str, _Known]] = {
    "range": _Known(range, lambda v: (v.start, v.stop, v.step), lambda p: range(*p)),
    "slice": _Known(slice, lambda v: (v.start, v.stop, v.step), lambda p: slice(*p)),
    "decimal": _Known(decimal.Decimal, str, decimal.Decimal),
    "fraction": _Known(
        fractions.Fraction, lambda v: (v.numerator, v.denominator), lambda p: fractions.Fraction(*p)
    ),
    "datetime": _Known(datetime.datetime, _datetime_out, _datetime_in),
    "date": _Known(datetime.date, lambda v: (v.year, v.month, v.day), lambda p: datetime.date(*p)),
    "time": _Known(datetime.time, _time_out, _time_in),
    "timedelta": _Known(
        datetime.timedelta, lambda v: (v.days, v.seconds, v.microseconds), lambda p: datetime.timedelta(*p)
    ),
    "timezone": _Known(datetime.timezone, lambda v: v.utcoffset(None), datetime.timezone),
    "array": _Known(array.array, lambda v: (v.typecode, v.tobytes()), _array_in),
    "dict_keys": _Known(type({}.keys()), list, lambda p: dict.fromkeys(p).keys()),
    "dict_values": _Known(type({}.values()), list, lambda p: dict(enumerate(p)).values()),
    "dict_items": _Known(type({}.items()), list, lambda p: dict(p).items()),
    "memoryview": _Known(memoryview, bytes, memoryview),
    "pattern": _Known(re.Pattern, lambda v: (v.pattern, v.flags), lambda p: re.compile(*p)),
}
# Types that their own text says all about, of modules that are loaded when somebody uses them.
_BY_TEXT: Final = {
    "pathlib": ("PurePosixPath", "PureWindowsPath", "PosixPath"),
    "uuid": ("UUID",),
    "ipaddress": ("IPv4Address", "IPv6Address", "IPv4Network", "IPv6Network"),
}
_KNOWN_NAMES: Final = {known.kind: name for name, known in _KNOWN.items()}


def _loaded_later(kind: type) -> str | None:
    """The name under which a type of `_BY_TEXT` is known, which it is from now on."""
    module, name = kind.__module__, kind.__qualname__
    if type(module) is not str:
        return None
    # Where a package defines it does not count: `pathlib._local` in Python 3.13.
    module = module.partition(".")[0]
    if name not in _BY_TEXT.get(module, ()):
        return None
    return _load(f"{module}.{name}") if getattr(sys.modules.get(module), name, None) is kind else None


def _load(full_name: str) -> str:
    """Makes a type of `_BY_TEXT` known."""
    module, _, name = full_name.partition(".")
    if name not in _BY_TEXT.get(module, ()):
        raise CodecError("a value of unknown type")
    kind = getattr(importlib.import_module(module), name)
    register(full_name, kind, str, kind)
    return full_name


def register(name: str, kind: type, out: Callable[[Any], Any], back: Callable[[Any], Any]) -> None:
    """Teaches the codec a further type: `out` to plain data, `back` from data that may be hostile."""
    _KNOWN[name] = _Known(kind, out, back)
    _KNOWN_NAMES[kind] = name


# Containers that can be changed in place: tag, how to list the content, how to make an empty one.
_KEYED: Final[dict[type, bytes]] = {
    dict: b"D",
    collections.OrderedDict: b"O",
    collections.Counter: b"C",
    collections.defaultdict: b"d",
}
_LISTED: Final[dict[type, bytes]] = {list: b"l", set: b"S", collections.deque: b"q"}
_FIXED: Final[dict[type, bytes]] = {tuple: b"t", frozenset: b"Z"}
_KEYED_BY_TAG: Final = {tag[0]: kind for kind, tag in _KEYED.items()}
_LISTED_BY_TAG: Final = {tag[0]: kind for kind, tag in _LISTED.items()}
_FIXED_BY_TAG: Final = {tag[0]: kind for kind, tag in _FIXED.items()}
_CONSTANTS: Final[dict[int, Any]] = {ord("N"): None, ord("T"): True, ord("F"): False, ord("."): Ellipsis}
_CONSTANTS[ord("!")] = NotImplemented
_SMALL, _LARGE, _TEXT, _BYTES, _FLOATING, _COMPLEX_TAG, _MET, _NEW, _BYTEARRAY, _TYPE, _STANDARD, _OTHER = (
    b"iIsbfcMnayXR"
)


class Encoder:
    """Turns values into bytes. Mutable containers that are met become shared ones."""

    def __init__(
        self, describe: Describe, limits: CodecLimits = LIMITS, shared: Shared | None = None
    ) -> None:
        self._describe = describe
        self._limits = limits
        self._out: list[bytes] = []
        self._nodes = 0
        self._depth = 0
        self._size = 0
        self._shared = Shared(0) if shared is None else shared

    def encode(self, value: Any) -> bytes:
        """One value."""
        self.part(value)
        return self.take()

    def part(self, value: Any) -> None:
        """Writes the next of several values."""
        self._value(value)

    def _put(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limits.message_bytes:
            raise CodecError(f"larger than {self._limits.message_bytes} bytes")
        self._out.append(data)

    def _sized(self, tag: bytes, data: bytes) -> None:
        self._put(tag + _LENGTH.pack(len(data)) + data)

    def _value(self, value: Any) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise CodecError(f"more than {self._limits.nodes} parts")
        kind = type(value)
        if kind is str:
            self._sized(b"s", value.encode("utf-8", "surrogatepass"))
        elif kind is int:
            self._integer(value)
        elif value is None:
            self._put(b"N")
        elif value is True:
            self._put(b"T")
        elif value is False:
            self._put(b"F")
        elif kind is float:
            self._put(b"f" + _FLOAT.pack(value))
        elif kind in _LISTED or kind in _KEYED or kind is bytearray:
            self._container(kind, value)
        elif kind in _FIXED:
            self._items(_FIXED[kind], value)
        elif kind is bytes:
            self._sized(b"b", value)
        elif kind is complex:
            self._put(b"c" + _COMPLEX.pack(value.real, value.imag))
        elif value is Ellipsis:
            self._put(b".")
        elif value is NotImplemented:
            self._put(b"!")
        elif kind is type and value in _TYPE_NAMES:
            self._nested(b"y", _TYPE_NAMES[value])
        else:
            name = _KNOWN_NAMES.get(kind) or _loaded_later(kind)
            if name is None:
                self._nested(b"R", self._describe(value))
            else:
                self._nested(b"X", (name, _KNOWN[name].out(value)))

    def _integer(self, value: int) -> None:
        if _INT64_MIN <= value <= _INT64_MAX:
            self._put(b"i" + _INT64.pack(value))
            return
        bits = value.bit_length()
        if bits > self._limits.integer_bits:
            raise CodecError(f"an integer of {bits} bits; {self._limits.integer_bits} are allowed")
        self._sized(b"I", value.to_bytes(bits // 8 + 1, "little", signed=True))

    def _container(self, kind: type, value: Any) -> None:
        number = self._shared.number_of(value)
        if number is not None:
            self._put(b"M" + _LENGTH.pack(number))
            return
        self._put(b"n" + _LENGTH.pack(self._shared.add(value)))
        self.content(value)

    def content(self, value: Any) -> None:
        """Writes what a shared container holds, also when it was met before."""
        kind = type(value)
        if kind is bytearray:
            self._sized(b"a", bytes(value))
        elif kind in _LISTED:
            if kind is collections.deque:
                self._put(_LISTED[kind])
                self._value(value.maxlen)
                self._items(b"", value)
            else:
                self._items(_LISTED[kind], value)
        else:
            parts = list(chain.from_iterable(value.items()))
            if kind is collections.defaultdict:
                parts.insert(0, value.default_factory)
            self._items(_KEYED[kind], parts)
        self._shared.settle(value)

    def _items(self, tag: bytes, items: Any) -> None:
        self._enter()
        self._put(tag + _LENGTH.pack(len(items)))
        for item in items:
            self._value(item)
        self._depth -= 1

    def _nested(self, tag: bytes, plain: Any) -> None:
        self._enter()
        self._put(tag)
        self._value(plain)
        self._depth -= 1

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise CodecError(f"nested more than {self._limits.depth} deep")

    def take(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self._out)
        self._out.clear()
        self._depth = 0
        return data


class Decoder:
    """Rebuilds values from bytes that may be hostile."""

    def __init__(
        self,
        data: bytes,
        resolve: Resolve,
        limits: CodecLimits = LIMITS,
        shared: Shared | None = None,
        texts: list[bytes] | None = None,
    ) -> None:
        """`texts` takes every text and all bytes, in the order in which they come, wherever they stand."""
        if len(data) > limits.message_bytes:
            raise CodecError(f"larger than {limits.message_bytes} bytes")
        self._data = data
        self._at = 0
        self._end = len(data)
        self._resolve = resolve
        self._limits = limits
        self._nodes = 0
        self._depth = 0
        self._shared = Shared(1) if shared is None else shared
        self._texts = texts

    def decode(self) -> Any:
        """The value; raises `CodecError` for anything that is not exactly one value."""
        value = self.part()
        if not self.finished:
            raise CodecError("bytes left over")
        return value

    @property
    def finished(self) -> bool:
        """Whether every byte was taken."""
        return self._at == self._end

    def part(self) -> Any:
        """The next of several values."""
        try:
            return self._value()
        except CodecError:
            raise
        except Exception as error:
            raise CodecError(f"not a value: {type(error).__name__}") from None

    def _advance(self, count: int) -> int:
        """Passes so many bytes; returns where they begin."""
        at = self._at
        self._at = at + count
        if self._at > self._end:
            raise CodecError("cut short")
        return at

    def _length(self) -> int:
        return int(_LENGTH.unpack_from(self._data, self._advance(4))[0])

    def _sized(self) -> bytes:
        at = self._advance(self._length())
        return self._data[at : self._at]

    def _said(self) -> bytes:
        data = self._sized()
        if self._texts is not None:
            self._texts.append(data)
        return data

    def _value(self) -> Any:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise CodecError(f"more than {self._limits.nodes} parts")
        tag = self._data[self._advance(1)]
        if tag == _TEXT:
            return self._said().decode("utf-8", "surrogatepass")
        if tag == _SMALL:
            return _INT64.unpack_from(self._data, self._advance(8))[0]
        if tag in _CONSTANTS:
            return _CONSTANTS[tag]
        if tag == _FLOATING:
            return _FLOAT.unpack_from(self._data, self._advance(8))[0]
        if tag == _LARGE:
            data = self._sized()
            if len(data) * 8 > self._limits.integer_bits + 16:
                raise CodecError("an integer too large")
            return int.from_bytes(data, "little", signed=True)
        if tag == _BYTES:
            return self._said()
        if tag == _COMPLEX_TAG:
            return complex(*_COMPLEX.unpack_from(self._data, self._advance(16)))
        if tag == _MET:
            return self._shared[self._length()]
        return self._composed(tag)

    def _composed(self, tag: int) -> Any:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise CodecError(f"nested more than {self._limits.depth} deep")
        if tag == _NEW:
            value: Any = self._container(self._length())
        elif tag in _FIXED_BY_TAG:
            value = _FIXED_BY_TAG[tag](self._items())
        elif tag == _TYPE:
            value = _NAMED_TYPES[self._value()]
        elif tag == _STANDARD:
            name, plain = self._value()
            value = _KNOWN[name if name in _KNOWN else _load(name)].back(plain)
        elif tag == _OTHER:
            value = self._resolve(self._value())
        else:
            raise CodecError("an unknown tag")
        self._depth -= 1
        return value

    def _container(self, number: int) -> Any:
        """A container that comes for the first time."""
        tag = self._data[self._advance(1)]
        value: Any = bytearray(self._said()) if tag == _BYTEARRAY else self._empty(tag)
        self._shared.receive(number, value)
        if tag != _BYTEARRAY:
            _fill(value, self._items())
        self._shared.settle(value)
        return value

    def _empty(self, tag: int) -> Any:
        """A container of the tag's kind. How many a deque may hold is said before its items."""
        kind = _LISTED_BY_TAG.get(tag) or _KEYED_BY_TAG[tag]
        return kind(maxlen=self._value()) if kind is collections.deque else kind()

    def _items(self) -> list[Any]:
        count = self._length()
        if count > self._end - self._at:
            raise CodecError("cut short")
        items: list[Any] = []
        for _ in range(count):
            items.append(self._value())
        return items

    def refill(self, value: Any) -> None:
        """Puts the next content into a shared container."""
        self._shared.unsettle(value)
        put_in(value, self.content(value))
        self._shared.settle(value)

    def content(self, value: Any) -> Any:
        """The next content of a shared container, for `put_in`."""
        tag = self._data[self._advance(1)]
        if type(value) is bytearray and tag == _BYTEARRAY:
            return self._said()
        if type(value) is not _LISTED_BY_TAG.get(tag, _KEYED_BY_TAG.get(tag)):
            raise CodecError("a container changed its type")
        if type(value) is collections.deque:
            self._value()
        return self._items()


def put_in(container: Any, content: Any) -> None:
    """Lets a container hold what a `Decoder` read for it, and nothing else."""
    if type(container) is bytearray:
        container[:] = content
    else:
        container.clear()
        _fill(container, content)


def _fill(value: Any, items: list[Any]) -> None:
    if type(value) is collections.defaultdict:
        factory = items.pop(0)
        if factory is not None and not callable(factory):
            raise CodecError("a default that is none")
        value.default_factory = factory
    if isinstance(value, dict):
        if len(items) % 2:
            raise CodecError("a key without a value")
        for key, item in zip(items[::2], items[1::2], strict=True):
            value[key] = item
    elif isinstance(value, set):
        value.update(items)
    else:
        value.extend(items)
