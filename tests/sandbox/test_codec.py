"""Values cross unchanged as plain types; bytes that are no value are refused and nothing else happens."""

# ruff: noqa: E501 (the strategies are tables)

from __future__ import annotations

import collections
import contextlib
import datetime
import decimal
import fractions
import math
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egcfg_sandbox.candidate.objects import Objects
from egcfg_sandbox.codec import CodecError, CodecLimits, Decoder, Encoder


def _nothing(*_: Any) -> Any:
    raise CodecError("no references here")


def _there_and_back(value: Any) -> Any:
    return Decoder(Encoder(_nothing).encode(value), _nothing).decode()


scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(min_value=1 << 200, max_value=1 << 300),
    st.floats(allow_nan=False), st.complex_numbers(allow_nan=False), st.text(st.characters(exclude_categories=())),
    st.binary(), st.decimals(allow_nan=False), st.fractions(), st.dates(), st.times(), st.timedeltas(),
    st.datetimes(timezones=st.none() | st.just(datetime.UTC)), st.just(...), st.just(NotImplemented),
    st.builds(range, st.integers(-5, 5), st.integers(-5, 5)), st.sampled_from([int, str, list, type(None)]),
)  # fmt: skip
keys = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.tuples(st.integers(), st.text()))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.lists(inner, max_size=3).map(tuple), st.dictionaries(keys, inner, max_size=3),
        st.frozensets(keys, max_size=3), st.sets(keys, max_size=3), st.lists(inner, max_size=3).map(collections.deque),
        st.dictionaries(keys, inner, max_size=3).map(collections.OrderedDict), st.binary().map(bytearray),
        st.lists(keys, max_size=4).map(collections.Counter),
    ),
    max_leaves=12,
)  # fmt: skip


def _same(left: Any, right: Any) -> bool:
    """Equal with equal types all the way down."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return len(left) == len(right) and all(
            _same(a, b) and _same(left[a], right[b]) for a, b in zip(left, right, strict=True)
        )
    if isinstance(left, list | tuple | collections.deque):
        return len(left) == len(right) and all(_same(a, b) for a, b in zip(left, right, strict=True))
    return bool(left == right)


@given(values)
def test_values_come_back_equal_and_of_the_same_types(value: Any) -> None:
    assert _same(_there_and_back(value), value)


def test_what_python_calls_equal_stays_apart() -> None:
    value = [1, "1", True, 1.0, 1 + 0j, b"1", (1,), [1], {1: 1}, {1}, frozenset({1}), decimal.Decimal(1)]
    value += [fractions.Fraction(1)]
    assert _same(_there_and_back(value), value)
    assert math.isnan(_there_and_back(float("nan")))
    assert str(_there_and_back(-0.0)) == "-0.0"
    assert _there_and_back("\ud800") == "\ud800"


def test_shared_and_cyclic_containers_keep_their_shape() -> None:
    inner: list[Any] = []
    both = _there_and_back([inner, inner])
    assert both[0] is both[1]
    inner.append(inner)
    back = _there_and_back(inner)
    assert back[0] is back


class Liar(int):
    def __index__(self) -> int:
        raise SystemExit

    __int__ = __eq__ = __hash__ = __repr__ = __add__ = __index__  # type: ignore[assignment]


class LyingDict(dict[Any, Any]):
    def items(self) -> Any:
        raise SystemExit

    __iter__ = __len__ = __eq__ = items


def test_instances_of_subclasses_travel_as_the_builtin_they_extend() -> None:
    data = Encoder(Objects(_nothing, repr).describe).encode(
        [Liar(5), LyingDict({1: 2}), type("S", (str,), {})("a")]
    )
    seen: list[Any] = []
    Decoder(data, lambda plain: seen.append(plain)).decode()
    assert seen[1] == ("plain", {1: 2})
    assert [(kind, plain) for kind, *_, plain in seen] == [
        ("extended", 5),
        ("plain", {1: 2}),
        ("extended", "a"),
    ]
    assert type(seen[0][-1]) is int


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    with contextlib.suppress(CodecError):
        Decoder(data, _nothing).decode()


@settings(max_examples=300)
@given(values, st.data())
def test_damaged_values_are_a_value_or_refused(value: Any, data: st.DataObject) -> None:
    encoded = bytearray(Encoder(_nothing).encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        encoded[data.draw(st.integers(0, len(encoded) - 1))] = data.draw(st.integers(0, 255))
    kept = bytes(encoded[: data.draw(st.integers(0, len(encoded)))])
    with contextlib.suppress(CodecError):
        Decoder(kept, _nothing).decode()


LIMITS = CodecLimits(message_bytes=1000, nodes=50, depth=10, integer_bits=500)


@pytest.mark.parametrize(
    ("value", "inside"),
    [
        ("x" * 2000, "x" * 900),
        ([0] * 60, [0] * 40),
        ([[[[[[[[[[[1]]]]]]]]]]], [[[[1]]]]),
        (1 << 600, 1 << 400),
    ],
)
def test_limits_hold_both_ways(value: Any, inside: Any) -> None:
    with pytest.raises(CodecError):
        Encoder(_nothing, LIMITS).encode(value)
    with pytest.raises(CodecError):
        Decoder(Encoder(_nothing).encode(value), _nothing, LIMITS).decode()
    assert Decoder(Encoder(_nothing, LIMITS).encode(inside), _nothing, LIMITS).decode() == inside


def test_a_pattern_that_does_not_compile_is_no_value() -> None:
    data = Encoder(_nothing).encode(re.compile("abc")).replace(b"abc", b"(bc")
    with pytest.raises(CodecError):
        Decoder(data, _nothing).decode()


uniform = st.one_of(
    *(
        st.lists(item, min_size=8, max_size=40)
        for item in (
            st.integers(-(1 << 63), (1 << 63) - 1),
            st.integers(),
            st.floats(allow_nan=False),
            st.booleans(),
            st.text(st.characters(exclude_categories=())),
            st.tuples(st.integers(-5, 5), st.text()),
        )
    )
)


@given(uniform, st.sampled_from([list, tuple, collections.deque]))
def test_many_items_of_one_type_come_back_the_same(items: list[Any], kind: Any) -> None:
    assert _same(_there_and_back(kind(items)), kind(items))
    assert _there_and_back(dict.fromkeys(items, 1)) == dict.fromkeys(items, 1)


def test_many_items_of_one_type_are_one_block() -> None:
    for items in (list(range(1000)), [0.5] * 1000, [True] * 1000, [(1, 0.5)] * 500):
        assert len(Encoder(_nothing).encode(items)) < 11 * 1000 + 50


@pytest.mark.parametrize(
    "block",
    ["{}", '{"q": "AAAA"}', '{"=": [1]}', '{"rows": [{"=": ["a"]}, {"=": []}]}', '{"z": []}', '{"rows": 1}'],
)
def test_a_block_that_is_none_is_refused(block: str) -> None:
    for data in (f'["tuple", {block}]', f'["list", {block}]', block):
        with pytest.raises(CodecError):
            Decoder(data.encode(), _nothing).decode()
