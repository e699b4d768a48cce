"""Values as JSON and back: bounded, without pickle and without `repr`.

What arrives is rebuilt from exact builtin (or known standard) types only, whatever the sender's objects were,
and everything is checked against `CodecLimits`, because the sender may be hostile. None, truth values, texts,
floats and most whole numbers are JSON as they are; everything else is a JSON list, `[kind, ...]`. Objects
that have no plain form go through hooks: `describe` turns one into plain data on the way out, `resolve` makes
a stand-in of it. Lists, dicts, sets and their like are numbered within a message, so that one that is met
twice is one on the other side as well, and can be refilled in place (`exchange`).
"""

from __future__ import annotations

import array
import base64
import collections
import contextlib
import datetime
import decimal
import fractions
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final


class CodecError(Exception):
    """A value cannot be encoded, or bytes do not hold a value."""


@dataclass(frozen=True, slots=True)
class CodecLimits:
    """How large a value may be."""

    message_bytes: int = 16 * 1024 * 1024
    nodes: int = 2_000_000
    depth: int = 500
    integer_bits: int = 4_000_000


LIMITS: Final = CodecLimits()
Describe = Callable[[Any], Any]
Resolve = Callable[[Any], Any]

# Kept here, as a program may put something else in their place.
_to_json = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
_from_json = json.JSONDecoder().decode

_AS_THEY_ARE: Final = frozenset({type(None), bool, str, float})
_INT64: Final = 1 << 63
_TEXT: Final = ("utf-8", "surrogatepass")
_CONSTANTS: Final = {"...": Ellipsis, "!": NotImplemented}
_CONSTANT_NAMES: Final = {type(value): name for name, value in _CONSTANTS.items()}
# Containers that can be changed in place, and those that cannot.
_CHANGEABLE: Final[dict[str, type]] = {
    kind.__name__: kind
    for kind in (
        list, set, bytearray, dict, collections.deque, collections.OrderedDict, collections.Counter,
        collections.defaultdict,
    )
}  # fmt: skip
_CONTAINERS: Final = frozenset(_CHANGEABLE.values())
_FIXED: Final[dict[str, type]] = {"tuple": tuple, "frozenset": frozenset}
_NAMED_TYPES: Final[dict[str, type]] = {
    **_CHANGEABLE,
    **_FIXED,
    **{
        kind.__name__: kind
        for kind in (
            object, type, bool, int, float, complex, str, bytes, range, slice, type(None), decimal.Decimal,
            fractions.Fraction, datetime.datetime, datetime.date, datetime.time, datetime.timedelta,
        )
    },
}  # fmt: skip
_TYPE_NAMES: Final = {kind: name for name, kind in _NAMED_TYPES.items()}


@dataclass(frozen=True, slots=True)
class _Known:
    """A standard type that travels as plain data under a name."""

    kind: type
    out: Callable[[Any], Any]
    back: Callable[[Any], Any]


def _made_of(kind: Any, *fields: str) -> _Known:
    """A type whose values are rebuilt from some of their attributes."""
    return _Known(kind, lambda value: tuple(getattr(value, name) for name in fields), lambda p: kind(*p))


def _zone(value: Any, moment: Any) -> datetime.timezone | None:
    """The time zone of a time, by its distance from UTC."""
    offset = None if value.tzinfo is None else value.tzinfo.utcoffset(moment)
    return None if offset is None else datetime.timezone(offset)


_KNOWN: Final[dict[str, _Known]] = {
    "range": _made_of(range, "start", "stop", "step"),
    "slice": _made_of(slice, "start", "stop", "step"),
    "decimal": _Known(decimal.Decimal, str, decimal.Decimal),
    "fraction": _made_of(fractions.Fraction, "numerator", "denominator"),
    "date": _made_of(datetime.date, "year", "month", "day"),
    "timedelta": _made_of(datetime.timedelta, "days", "seconds", "microseconds"),
    "timezone": _Known(datetime.timezone, lambda v: v.utcoffset(None), datetime.timezone),
    "datetime": _Known(
        datetime.datetime,
        lambda v: (*v.timetuple()[:6], v.microsecond, _zone(v, v), v.fold),
        lambda p: datetime.datetime(*p[:-1], fold=p[-1]),
    ),
    "time": _Known(
        datetime.time,
        lambda v: (v.hour, v.minute, v.second, v.microsecond, _zone(v, None), v.fold),
        lambda p: datetime.time(*p[:-1], fold=p[-1]),
    ),
    "dict_keys": _Known(type({}.keys()), list, lambda p: dict.fromkeys(p).keys()),
    "dict_values": _Known(type({}.values()), list, lambda p: dict(enumerate(p)).values()),
    "dict_items": _Known(type({}.items()), list, lambda p: dict(p).items()),
    "memoryview": _Known(memoryview, bytes, memoryview),
    "pattern": _Known(re.Pattern, lambda v: (v.pattern, v.flags), lambda p: re.compile(*p)),
}
_KNOWN_NAMES: Final = {known.kind: name for name, known in _KNOWN.items()}

_FEWEST_PACKED: Final = 8
_MOST_COLUMNS: Final = 16


def _packed(items: Any) -> dict[str, Any] | None:
    """Many items of one type as one JSON object: an item then costs some 50 ns instead of a microsecond.

    Packed are texts, truth values, whole numbers of 64 bits, floats, and tuples of one length whose columns
    can be packed. None for everything else.
    """
    kinds = set(map(type, items))
    if kinds <= {str, bool}:
        return {"=": list(items)}
    if kinds == {int} or kinds == {float}:
        code = "q" if kinds == {int} else "d"
        try:
            return {code: base64.b64encode(array.array(code, items).tobytes()).decode()}
        except OverflowError:
            return None
    if kinds == {tuple} and len(set(map(len, items))) == 1:
        columns = list(zip(*items, strict=True))
        packed = [_packed(column) for column in columns[:_MOST_COLUMNS]]
        if packed and len(packed) == len(columns) and None not in packed:
            return {"rows": packed}
    return None


def _unpacked(block: dict[str, Any]) -> list[Any]:
    """The items of such an object; any exception when it is none."""
    ((code, content),) = block.items()
    if code == "=" and set(map(type, content)) <= {str, bool}:
        return list(content)
    if code in ("q", "d"):
        return array.array(code, base64.b64decode(content)).tolist()
    if code == "rows" and len(content) <= _MOST_COLUMNS:
        return list(zip(*map(_unpacked, content), strict=True))
    raise CodecError("an unknown packing")


class _Bounded:
    """Counts the parts and the depth of what one message holds; `CodecError` for too much.

    `containers` are its lists, dicts, sets and their like by number: first those `known` to both sides.
    """

    def __init__(self, limits: CodecLimits, known: Sequence[Any]) -> None:
        self.containers = list(known)
        self._limits = limits
        self._nodes = 0
        self._depth = 0

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._limits.nodes:
            raise CodecError(f"more than {self._limits.nodes} parts")

    def _descend(self) -> None:
        self._depth += 1
        if self._depth > self._limits.depth:
            raise CodecError(f"nested more than {self._limits.depth} deep")

    def _check_size(self, data: bytes) -> bytes:
        if len(data) > self._limits.message_bytes:
            raise CodecError(f"larger than {self._limits.message_bytes} bytes")
        return data


class Encoder(_Bounded):
    """Turns values into JSON; a container that is met again is written as its number."""

    def __init__(self, describe: Describe, limits: CodecLimits = LIMITS, known: Sequence[Any] = ()) -> None:
        super().__init__(limits, known)
        self._numbers = {id(container): number for number, container in enumerate(known)}
        self._describe = describe

    def encode(self, value: Any) -> bytes:
        """One value; raises `CodecError` for one that cannot be carried."""
        return self.message(self.plain(value))

    def message(self, plain: Any) -> bytes:
        """The bytes of a result of `plain` or `content`."""
        return self._check_size(_to_json(plain).encode(*_TEXT))

    def plain(self, value: Any) -> Any:
        """The JSON of one value."""
        self._count(1)
        kind = type(value)
        if kind in _AS_THEY_ARE:
            return value
        if kind is int:
            return value if -_INT64 <= value < _INT64 else ["int", self._digits(value)]
        self._descend()
        found = self._composed(kind, value)
        self._depth -= 1
        return found

    def _composed(self, kind: type, value: Any) -> list[Any]:
        if kind in _CONTAINERS:
            number = self._numbers.get(id(value))
            if number is not None:
                return ["met", number]
            self._numbers[id(value)] = len(self.containers)
            self.containers.append(value)
            return [kind.__name__, self.content(value)]
        if kind is tuple or kind is frozenset:
            return [kind.__name__, self._items(value)]
        if kind is bytes:
            return ["bytes", value.decode("latin-1")]
        if kind is complex:
            return ["complex", value.real, value.imag]
        if kind in _CONSTANT_NAMES:
            return ["constant", _CONSTANT_NAMES[kind]]
        if kind is type and value in _TYPE_NAMES:
            return ["type", _TYPE_NAMES[value]]
        if kind in _KNOWN_NAMES:
            name = _KNOWN_NAMES[kind]
            return ["known", name, self.plain(_KNOWN[name].out(value))]
        return ["other", self.plain(self._describe(value))]

    def content(self, container: Any) -> Any:
        """The JSON of what a container holds, whether or not it was met before."""
        if isinstance(container, bytearray):
            return container.decode("latin-1")
        if isinstance(container, dict):
            default = getattr(container, "default_factory", None)
            return [self.plain(default), self._items(container.keys()), self._items(container.values())]
        if isinstance(container, collections.deque):
            return [self.plain(container.maxlen), self._items(container)]
        return self._items(container)

    def _digits(self, value: int) -> str:
        if value.bit_length() > self._limits.integer_bits:
            allowed = self._limits.integer_bits
            raise CodecError(f"an integer of {value.bit_length()} bits; {allowed} are allowed")
        return f"{value:x}"

    def _items(self, items: Any) -> Any:
        packed = _packed(items) if len(items) >= _FEWEST_PACKED else None
        if packed is None:
            return [self.plain(item) for item in items]
        self._count(len(items))
        return packed


class Decoder(_Bounded):
    """Rebuilds values from bytes that may be hostile; `json` is what they say."""

    def __init__(
        self, data: bytes, resolve: Resolve, limits: CodecLimits = LIMITS, known: Sequence[Any] = ()
    ) -> None:
        super().__init__(limits, known)
        self._resolve = resolve
        try:
            self.json = _from_json(self._check_size(data).decode(*_TEXT))
        except (ValueError, RecursionError):
            raise CodecError("not JSON") from None

    def decode(self) -> Any:
        """The one value; raises `CodecError` for anything else."""
        return self.value(self.json)

    def value(self, plain: Any) -> Any:
        """The value of a piece of the JSON; `CodecError` where it is none."""
        with _refusing():
            return self._value(plain)

    def refill(self, number: Any, plain: Any) -> None:
        """Lets the container of that number hold this content, and nothing else."""
        with _refusing():
            container = self._met(number)
            content = self._content(container, plain)
            container.clear()
            _fill(container, content)

    def _met(self, number: Any) -> Any:
        if type(number) is not int or not 0 <= number < len(self.containers):
            raise CodecError("a container that is not there")
        return self.containers[number]

    def _value(self, plain: Any) -> Any:
        self._count(1)
        if type(plain) is int or type(plain) in _AS_THEY_ARE:
            return plain
        if type(plain) is not list:
            raise CodecError("a block in the place of a value")
        self._descend()
        kind, *parts = plain
        found = self._composed(kind, *parts)
        self._depth -= 1
        return found

    def _composed(self, kind: str, first: Any, second: Any = None) -> Any:
        if kind in _CHANGEABLE:
            return self._container(_CHANGEABLE[kind], first)
        if kind in _FIXED:
            return _FIXED[kind](self._items(first))
        match kind:
            case "met":
                return self._met(first)
            case "int":
                if len(first) * 4 > self._limits.integer_bits + 16:
                    raise CodecError("an integer too large")
                return int(first, 16)
            case "bytes":
                return first.encode("latin-1")
            case "complex":
                return complex(first, second)
            case "constant":
                return _CONSTANTS[first]
            case "type":
                return _NAMED_TYPES[first]
            case "known":
                return _KNOWN[first].back(self._value(second))
            case "other":
                return self._resolve(self._value(first))
        raise CodecError("an unknown kind of value")

    def _container(self, kind: Any, plain: Any) -> Any:
        """A container that appears for the first time."""
        bound = self._value(plain[0]) if kind is collections.deque else None
        container = kind() if bound is None else kind(maxlen=bound)
        # Before its content, which may refer to it.
        self.containers.append(container)
        _fill(container, self._content(container, plain))
        return container

    def _content(self, container: Any, plain: Any) -> Any:
        """The items for a container of this type."""
        if isinstance(container, bytearray):
            return plain.encode("latin-1")
        if isinstance(container, dict):
            default, keys, items = plain
            return self._value(default), self._items(keys), self._items(items)
        if isinstance(container, collections.deque):
            bound, items = plain
            self._value(bound)
            return self._items(items)
        return self._items(plain)

    def _items(self, plain: Any) -> list[Any]:
        if type(plain) is dict:
            items = _unpacked(plain)
            self._count(len(items))
            return items
        if type(plain) is not list:
            raise CodecError("items that are none")
        return [self._value(item) for item in plain]


@contextlib.contextmanager
def _refusing() -> Iterator[None]:
    """Whatever goes wrong in rebuilding a value is a fault of its bytes."""
    try:
        yield
    except CodecError:
        raise
    except Exception as error:
        raise CodecError(f"not a value: {type(error).__name__}") from None


def _fill(container: Any, content: Any) -> None:
    """Fills an empty container with the result of `Decoder._content`."""
    if isinstance(container, dict):
        default, keys, items = content
        if isinstance(container, collections.defaultdict):
            if default is not None and not callable(default):
                raise CodecError("a default that is none")
            container.default_factory = default
        for key, item in zip(keys, items, strict=True):
            container[key] = item
    elif isinstance(container, set):
        container.update(content)
    else:
        container.extend(content)
