"""Turns dataclasses into plain JSON values and back, by their type hints.

There is one generic codec instead of a method per class, so a new event or field is recorded without further
code. Decoding checks every value against its type hint, so that an error names the damaged field.
"""

from __future__ import annotations

import dataclasses
import math
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Json = Any
"""None, bool, int, float, str, or a list or dict of these."""

T = TypeVar("T")

_TAG: Final = "type"
"""The key that names the class if a type hint allows several."""

_NON_FINITE: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
"""Numbers that JSON does not have, by the texts that stand for them."""


class CodecError(ValueError):
    """A value does not fit its type. The text names the field, the expected type and the value found."""


@dataclasses.dataclass(frozen=True, slots=True)
class Codec:
    """Both directions for one type hint. `decode` takes a JSON value and, for errors, the name of its place.

    A JSON value whose type is in `as_is` needs no decoding, which saves a call for most values of a file.
    """

    encode: Callable[[Any], Json]
    decode: Callable[[Json, str], Any]
    as_is: frozenset[type] = frozenset()


def encode(value: Any) -> dict[str, Json]:
    """A dataclass instance as a JSON object."""
    return cast(dict[str, Json], _codec(type(value)).encode(value))


def decode(kind: type[T], data: Json, place: str = "") -> T:
    """The instance of the dataclass `kind` that `data` describes. Raises `CodecError`.

    A missing key gets the default of its field and unknown keys are ignored, so that fields can be added
    later. `place` is the name of `data` in errors.
    """
    return cast(T, _codec(kind).decode(data, place))


def _codec(hint: Any) -> Codec:
    """The codec of a type hint, built once."""
    return _build(hint)


@cache
def _build(hint: Any) -> Codec:
    if get_origin(hint) in (Union, types.UnionType):
        return _union(get_args(hint))
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if dataclasses.is_dataclass(hint):
        fields = dataclasses.fields(hint)
        return _record(cast(type, hint), {field.name: _required(field) for field in fields})
    if hasattr(hint, "_field_defaults"):
        return _row(hint)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return _enum(hint)
    if hint in _PLAIN:
        return _PLAIN[hint]
    raise TypeError(
        f"{hint!r} cannot be recorded; events consist of dataclasses, tuples, enums and plain values"
    )


def _record(kind: type, required: Mapping[str, bool]) -> Codec:
    """The codec of a class with fields; `required` maps each field to True if it has no default."""
    hints = get_type_hints(kind)
    codecs = {name: _codec(hints[name]) for name in required}

    def encode_fields(value: Any) -> Json:
        return {name: codec.encode(getattr(value, name)) for name, codec in codecs.items()}

    def decode_fields(data: Json, place: str) -> Any:
        _expect(data, (dict,), f"an object ({kind.__name__})", place)
        values = {}
        for name, codec in codecs.items():
            if name in data:
                value = data[name]
                if type(value) not in codec.as_is:
                    value = codec.decode(value, f"{place}.{name}" if place else name)
                values[name] = value
            elif required[name]:
                raise CodecError(f"{place}.{name} is missing" if place else f"{name} is missing")
        return kind(**values)

    return Codec(encode_fields, decode_fields)


def _row(kind: Any) -> Codec:
    """The codec of a named tuple: a list without the defaults at its end, since a file has many of them.

    It also reads objects, as early recordings have them.
    """
    defaults: dict[str, Any] = kind._field_defaults
    record = _record(kind, {name: name not in defaults for name in kind._fields})
    codecs = [_codec(get_type_hints(kind)[name]) for name in kind._fields]
    fewest = len(codecs) - len(defaults)

    def encode_items(value: Any) -> Json:
        count = len(codecs)
        while count > fewest and value[count - 1] == defaults[kind._fields[count - 1]]:
            count -= 1
        return [codec.encode(item) for codec, item in zip(codecs[:count], value, strict=False)]

    def decode_items(data: Json, place: str) -> Any:
        if isinstance(data, dict):
            return record.decode(data, place)
        _expect(data, (list,), f"a list ({kind.__name__})", place)
        if not fewest <= len(data) <= len(codecs):
            raise CodecError(f"{place} should have {fewest} to {len(codecs)} items, found {len(data)}")
        return kind(
            *(
                item if type(item) in codec.as_is else codec.decode(item, f"{place}[{index}]")
                for index, (codec, item) in enumerate(zip(codecs, data, strict=False))
            )
        )

    return Codec(encode_items, decode_items)


def _tuple(items: tuple[Any, ...]) -> Codec:
    if len(items) == 2 and items[1] is ...:
        codec = _codec(items[0])
        return Codec(
            lambda value: [codec.encode(item) for item in value],
            lambda data, place: tuple(
                codec.decode(item, f"{place}[{index}]")
                for index, item in enumerate(_expect(data, (list,), "a list", place))
            ),
        )
    codecs = [_codec(item) for item in items]

    def decode_items(data: Json, place: str) -> Any:
        _expect(data, (list,), f"a list of {len(codecs)}", place)
        if len(data) != len(codecs):
            raise CodecError(f"{place} should have {len(codecs)} items, found {len(data)}")
        return tuple(
            codec.decode(item, f"{place}[{index}]")
            for index, (codec, item) in enumerate(zip(codecs, data, strict=True))
        )

    return Codec(
        lambda value: [codec.encode(item) for codec, item in zip(codecs, value, strict=True)], decode_items
    )


def _union(options: tuple[Any, ...]) -> Codec:
    optional = types.NoneType in options
    kinds = [option for option in options if option is not types.NoneType]
    if len(kinds) == 1:
        inner = _codec(kinds[0])
    elif all(kind in _PLAIN for kind in kinds):
        inner = _plain_union(tuple(kinds))
    else:
        inner = _tagged(kinds)
    if not optional:
        return inner
    return Codec(
        lambda value: None if value is None else inner.encode(value),
        lambda data, place: None if data is None else inner.decode(data, place),
        inner.as_is | {types.NoneType},
    )


def _plain_union(kinds: tuple[type, ...]) -> Codec:
    """The codec of several plain types: the JSON value itself shows which type it has."""
    return _as_is(kinds, " or ".join(kind.__name__ for kind in kinds))


def _tagged(kinds: list[Any]) -> Codec:
    codecs = {kind.__name__: _codec(kind) for kind in kinds}

    def decode_tagged(data: Json, place: str) -> Any:
        name = _expect(data, (dict,), "an object", place).get(_TAG)
        if name not in codecs:
            raise CodecError(f"{place}.{_TAG} should be one of {', '.join(codecs)}, found {_short(name)}")
        return codecs[name].decode(data, place)

    return Codec(
        lambda value: {_TAG: type(value).__name__, **codecs[type(value).__name__].encode(value)},
        decode_tagged,
    )


def _enum(kind: type[StrEnum]) -> Codec:
    def decode_member(data: Json, place: str) -> StrEnum:
        try:
            return kind(data)
        except ValueError:
            raise CodecError(f"{place} should be one of {', '.join(kind)}, found {_short(data)}") from None

    return Codec(lambda value: value.value, decode_member)


def _encode_float(value: float) -> Json:
    if math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def _decode_float(data: Json, place: str) -> float:
    if isinstance(data, str) and data in _NON_FINITE:
        return _NON_FINITE[data]
    try:
        return float(_expect(data, (float, int), "a number", place))
    except OverflowError:
        raise CodecError(f"{place} is too large a number") from None


def _as_is(kinds: tuple[type, ...], name: str) -> Codec:
    return Codec(lambda value: value, lambda data, place: _expect(data, kinds, name, place), frozenset(kinds))


_PLAIN: Final[dict[Any, Codec]] = {
    str: _as_is((str,), "a text"),
    int: _as_is((int,), "a whole number"),
    bool: _as_is((bool,), "true or false"),
    float: Codec(_encode_float, _decode_float, frozenset({float})),
}


def _expect(data: Json, kinds: tuple[type, ...], name: str, place: str) -> Any:
    if not isinstance(data, kinds) or (isinstance(data, bool) and bool not in kinds):
        raise CodecError(f"{place or 'the value'} should be {name}, found {_short(data)}")
    return data


def _required(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _short(data: Json) -> str:
    text = repr(data)
    return text if len(text) <= 40 else f"{text[:37]}..."
