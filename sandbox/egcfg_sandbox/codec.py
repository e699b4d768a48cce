"""Values as bytes and back: tagged, bounded, without pickle and without `repr`.

What arrives is rebuilt from exact builtin (or known standard) types only, whatever the sender's objects were,
and everything is checked against `CodecLimits`, because the sender may be hostile. Objects that have no plain
form go through hooks: `describe` turns one into plain data on the way out, `resolve` makes a stand-in of it.
Lists, dicts, sets and their like are numbered within a message, so that one that is met twice is one on the
other side as well, and can be refilled in place (`exchange`).
"""

from __future__ import annotations

import array
import collections
import datetime
import decimal
import fractions
import re
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final


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
    "dict_keys": _Known(type({}.keys()), list, lambda p: dict.fromkeys(p).keys()),
    "dict_values": _Known(type({}.values()), list, lambda p: dict(enumerate(p)).values()),
    "dict_items": _Known(type({}.items()), list, lambda p: dict(p).items()),
    "memoryview": _Known(memoryview, bytes, memoryview),
    "pattern": _Known(re.Pattern, lambda v: (v.pattern, v.flags), lambda p: re.compile(*p)),
}
_KNOWN_NAMES: Final = {known.kind: name for name, known in _KNOWN.items()}


def register(name: str, kind: type, out: Callable[[Any], Any], back: Callable[[Any], Any]) -> None:
    """Teaches the codec a further type: `out` to plain data, `back` from data that may be hostile."""
    _KNOWN[name] = _Known(kind, out, back)
    _KNOWN_NAMES[kind] = name


# Containers that can be changed in place, and those that cannot, by their tags.
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
_CONSTANTS: Final[dict[int, Any]] = {
    ord("N"): None, ord("T"): True, ord("F"): False, ord("."): Ellipsis, ord("!"): NotImplemented,
}  # fmt: skip
_SMALL, _LARGE, _TEXT, _BYTES, _FLOATING, _COMPLEX_TAG, _MET, _NEW, _BYTEARRAY, _TYPE, _STANDARD, _OTHER = (
    b"iIsbfcMnayXR"
)

# How the items of a container follow one another: one by one, or as one block of a single type.
_ONE_BY_ONE: Final = b"*"
_INTS, _FLOATS, _BOOLS, _TEXTS, _ROWS = b"q", b"d", b"?", b"s", b"t"
_FEWEST_PACKED: Final = 8
_MOST_COLUMNS: Final = 16
_SEPARATOR: Final = "\x1f"


def _packed(items: Any) -> bytes | None:
    """Many items of one type as one block: an item then costs some 20 ns instead of a microsecond.

    Packed are whole numbers of 64 bits, floats, truth values, texts, and tuples of one length whose columns
    can be packed. None for everything else.
    """
    kinds = set(map(type, items))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind is int:
        try:
            return _INTS + _block(array.array("q", items).tobytes())
        except OverflowError:
            return None
    if kind is float:
        return _FLOATS + _block(array.array("d", items).tobytes())
    if kind is bool:
        return _BOOLS + _block(bytes(items))
    if kind is str:
        text = _SEPARATOR.join(items)
        if text.count(_SEPARATOR) == len(items) - 1:
            return _TEXTS + _block(text.encode("utf-8", "surrogatepass"))
    if kind is tuple:
        return _packed_rows(items)
    return None


def _packed_rows(rows: Any) -> bytes | None:
    widths = set(map(len, rows))
    width = widths.pop()
    if widths or not 0 < width <= _MOST_COLUMNS:
        return None
    columns = [_packed(column) for column in zip(*rows, strict=True)]
    if None in columns:
        return None
    return b"".join((_ROWS, bytes((width,)), *columns))  # type: ignore[arg-type]


def _block(data: bytes) -> bytes:
    return _LENGTH.pack(len(data)) + data


class Encoder:
    """Turns values into bytes.

    `containers` numbers the lists, dicts, sets and their like in the order in which they are met, after those
    that are `known` to the other side; one that is met again is written as its number.
    """

    def __init__(self, describe: Describe, limits: CodecLimits = LIMITS, known: Sequence[Any] = ()) -> None:
        self.containers = list(known)
        self._numbers = {id(container): number for number, container in enumerate(self.containers)}
        self._describe = describe
        self._limits = limits
        self._out: list[bytes] = []
        self._nodes = 0
        self._depth = 0
        self._size = 0

    def encode(self, value: Any) -> bytes:
        """One value; raises `CodecError` for one that cannot be carried."""
        self.part(value)
        return self.take()

    def part(self, value: Any) -> None:
        """Writes the next of several values."""
        self._count(1)
        write = _WRITERS.get(type(value))
        if write is None:
            self._other(value)
        else:
            write(self, value)

    def content(self, container: Any) -> None:
        """Writes what a container holds, whether or not it was met before."""
        kind = type(container)
        if kind is bytearray:
            self._sized(b"a", bytes(container))
        elif kind is collections.deque:
            self._put(_LISTED[kind])
            self.part(container.maxlen)
            self._items(container)
        elif kind in _LISTED:
            self._put(_LISTED[kind])
            self._items(container)
        else:
            self._put(_KEYED[kind])
            if kind is collections.defaultdict:
                self.part(container.default_factory)
            self._items(container.keys())
            self._items(container.values())

    def take(self) -> bytes:
        """What was written since the last call."""
        data = b"".join(self._out)
        self._out.clear()
        self._depth = 0
        return data

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.nodes:
            raise CodecError(f"more than {self._limits.nodes} parts")

    def _put(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._limits.message_bytes:
            raise CodecError(f"larger than {self._limits.message_bytes} bytes")
        self._out.append(data)

    def _sized(self, tag: bytes, data: bytes) -> None:
        self._put(tag + _block(data))

    def _integer(self, value: int) -> None:
        if _INT64_MIN <= value <= _INT64_MAX:
            self._put(b"i" + _INT64.pack(value))
            return
        bits = value.bit_length()
        if bits > self._limits.integer_bits:
            raise CodecError(f"an integer of {bits} bits; {self._limits.integer_bits} are allowed")
        self._sized(b"I", value.to_bytes(bits // 8 + 1, "little", signed=True))

    def _text(self, value: str) -> None:
        self._sized(b"s", value.encode("utf-8", "surrogatepass"))

    def _container(self, value: Any) -> None:
        number = self._numbers.get(id(value))
        if number is not None:
            self._put(b"M" + _LENGTH.pack(number))
            return
        self._numbers[id(value)] = len(self.containers)
        self.containers.append(value)
        self._put(b"n")
        self.content(value)

    def _fixed(self, value: Any) -> None:
        self._put(_FIXED[type(value)])
        self._items(value)

    def _items(self, items: Any) -> None:
        packed = _packed(items) if len(items) >= _FEWEST_PACKED else None
        if packed is not None:
            self._count(len(items))
            self._put(_LENGTH.pack(len(items)) + packed)
            return
        self._enter()
        self._put(_LENGTH.pack(len(items)) + _ONE_BY_ONE)
        for item in items:
            self.part(item)
        self._depth -= 1

    def _other(self, value: Any) -> None:
        """A type by name, a known standard value as plain data, anything else as `describe` has it."""
        kind = type(value)
        if kind is type and value in _TYPE_NAMES:
            self._nested(b"y", _TYPE_NAMES[value])
            return
        name = _KNOWN_NAMES.get(kind)
        if name is None:
            self._nested(b"R", self._describe(value))
        else:
            self._nested(b"X", (name, _KNOWN[name].out(value)))

    def _nested(self, tag: bytes, plain: Any) -> None:
        self._enter()
        self._put(tag)
        self.part(plain)
        self._depth -= 1

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise CodecError(f"nested more than {self._limits.depth} deep")


_WRITERS: Final[dict[type, Callable[[Encoder, Any], None]]] = {
    str: Encoder._text,
    int: Encoder._integer,
    float: lambda encoder, value: encoder._put(b"f" + _FLOAT.pack(value)),
    bool: lambda encoder, value: encoder._put(b"T" if value else b"F"),
    bytes: lambda encoder, value: encoder._sized(b"b", value),
    complex: lambda encoder, value: encoder._put(b"c" + _COMPLEX.pack(value.real, value.imag)),
    type(None): lambda encoder, value: encoder._put(b"N"),
    type(Ellipsis): lambda encoder, value: encoder._put(b"."),
    type(NotImplemented): lambda encoder, value: encoder._put(b"!"),
    **dict.fromkeys((*_LISTED, *_KEYED, bytearray), Encoder._container),
    **dict.fromkeys(_FIXED, Encoder._fixed),
}


class Decoder:
    """Rebuilds values from bytes that may be hostile.

    `containers` are those that are `known` to both sides, followed by those that the bytes bring.
    """

    def __init__(
        self, data: bytes, resolve: Resolve, limits: CodecLimits = LIMITS, known: Sequence[Any] = ()
    ) -> None:
        if len(data) > limits.message_bytes:
            raise CodecError(f"larger than {limits.message_bytes} bytes")
        self.containers = list(known)
        self._data = data
        self._at = 0
        self._end = len(data)
        self._resolve = resolve
        self._limits = limits
        self._nodes = 0
        self._depth = 0

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

    def refill(self, container: Any) -> None:
        """Lets a container hold the content that comes next, and nothing else."""
        tag = self._data[self._advance(1)]
        kind = type(container)
        if kind is not _LISTED_BY_TAG.get(tag, _KEYED_BY_TAG.get(tag, bytearray)):
            raise CodecError("a container changed its type")
        if tag == _BYTEARRAY:
            container[:] = self._sized()
            return
        if kind is collections.deque:
            self._value()
        items = self._content(container)
        container.clear()
        _fill(container, *items)

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

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.nodes:
            raise CodecError(f"more than {self._limits.nodes} parts")

    def _value(self) -> Any:
        self._count(1)
        tag = self._data[self._advance(1)]
        if tag == _TEXT:
            return self._sized().decode("utf-8", "surrogatepass")
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
            return self._sized()
        if tag == _COMPLEX_TAG:
            return complex(*_COMPLEX.unpack_from(self._data, self._advance(16)))
        if tag == _MET:
            return self.containers[self._length()]
        return self._composed(tag)

    def _composed(self, tag: int) -> Any:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise CodecError(f"nested more than {self._limits.depth} deep")
        if tag == _NEW:
            value: Any = self._container()
        elif tag in _FIXED_BY_TAG:
            value = _FIXED_BY_TAG[tag](self._items())
        elif tag == _TYPE:
            value = _NAMED_TYPES[self._value()]
        elif tag == _STANDARD:
            name, plain = self._value()
            value = _KNOWN[name].back(plain)
        elif tag == _OTHER:
            value = self._resolve(self._value())
        else:
            raise CodecError("an unknown tag")
        self._depth -= 1
        return value

    def _container(self) -> Any:
        """A container that comes for the first time."""
        tag = self._data[self._advance(1)]
        if tag == _BYTEARRAY:
            self.containers.append(bytearray(self._sized()))
            return self.containers[-1]
        kind: Any = _LISTED_BY_TAG.get(tag) or _KEYED_BY_TAG[tag]
        container = kind(maxlen=self._value()) if kind is collections.deque else kind()
        # Before its content, which may refer to it.
        self.containers.append(container)
        _fill(container, *self._content(container))
        return container

    def _content(self, container: Any) -> tuple[Any, ...]:
        """What a container of this kind is filled with: items, or a default, keys and items."""
        if not isinstance(container, dict):
            return (self._items(),)
        default = self._value() if type(container) is collections.defaultdict else None
        if default is not None and not callable(default):
            raise CodecError("a default that is none")
        return default, self._items(), self._items()

    def _items(self) -> list[Any]:
        count = self._length()
        packing = self._data[self._advance(1)]
        if packing != _ONE_BY_ONE[0]:
            self._count(count)
            return self._unpacked(packing, count)
        if count > self._end - self._at:
            raise CodecError("cut short")
        items: list[Any] = []
        for _ in range(count):
            items.append(self._value())
        return items

    def _unpacked(self, packing: int, count: int) -> list[Any]:
        """The items of one block; see `_packed`."""
        items: list[Any]
        if packing == _ROWS[0]:
            width = self._data[self._advance(1)]
            columns = [self._unpacked(self._data[self._advance(1)], count) for _ in range(width)]
            items = list(zip(*columns, strict=True))
        elif packing == _TEXTS[0]:
            # One split more than there may be, so that a lie about the number does not cost much memory.
            items = self._sized().decode("utf-8", "surrogatepass").split(_SEPARATOR, count)
        elif packing in (_INTS[0], _FLOATS[0], _BOOLS[0]):
            kind = "b" if packing == _BOOLS[0] else chr(packing)
            numbers = array.array(kind, self._sized())
            items = [] if len(numbers) != count else numbers.tolist()
            if packing == _BOOLS[0]:
                items = list(map(bool, items))
        else:
            raise CodecError("an unknown packing")
        if len(items) != count:
            raise CodecError("another number of items than was said")
        return items


def _fill(container: Any, *content: Any) -> None:
    if isinstance(container, dict):
        default, keys, items = content
        if type(container) is collections.defaultdict:
            container.default_factory = default
        for key, item in zip(keys, items, strict=True):
            container[key] = item
    elif isinstance(container, set):
        container.update(content[0])
    else:
        container.extend(content[0])
