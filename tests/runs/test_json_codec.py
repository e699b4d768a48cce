"""Every recorded value is read back unchanged; anything else is refused with the name of the field."""

from __future__ import annotations

import dataclasses
import importlib
import json
import math
import pkgutil
from enum import EnumType
from functools import cache
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox import CodeTest, Limits, StdioTest, TestResult
from egcfg_tui import events
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.runs import json_codec
from egcfg_tui.runs.schema import EVENT_TYPES
from egcfg_tui.solving.request.settings import Settings

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    # Lone surrogates and NULs included: models and programs do produce them.
    str: st.text(st.characters(), max_size=8),
    float: st.floats(allow_nan=False),
    int: st.integers(),
    bool: st.booleans(),
    type(None): st.none(),
    # `Limits` refuses values that no run could keep.
    Limits: st.builds(
        Limits, wall_s=st.floats(0.1, 60.0), processes=st.integers(1, 64), repr_chars=st.integers(4, 200)
    ),
}


@cache
def values(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a type hint, made without the code of the codec."""
    if hint in PLAIN:
        return PLAIN[hint]
    if isinstance(hint, UnionType):
        return st.one_of([values(option) for option in get_args(hint)])
    if get_origin(hint) is tuple:
        items = get_args(hint)
        if items[-1] is ...:
            return st.lists(values(items[0]), max_size=2).map(tuple)
        return st.tuples(*map(values, items))
    if isinstance(hint, EnumType):
        return st.sampled_from(hint)
    hints = get_type_hints(hint)
    names = getattr(hint, "_fields", None) or [field.name for field in dataclasses.fields(hint)]
    return st.builds(hint, **{name: values(hints[name]) for name in names})


def through_json(value: Any) -> Any:
    """The value after it was written to JSON text and read from it."""
    text = json.dumps(json_codec.encode(value), allow_nan=False)
    text.encode("ascii")
    return json_codec.decode(type(value), json.loads(text))


def test_the_recorded_events_are_all_but_the_transient() -> None:
    """Of every module in the package of events."""
    modules = [
        importlib.import_module(f"egcfg_tui.events.{found.name}")
        for found in pkgutil.iter_modules(events.__path__)
    ]
    expected = {
        kind.__name__
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, events.Event) and kind is not events.Event
    } - {"Progressed", "CandidatesGrown", "LineGrown"}
    assert set(EVENT_TYPES) == expected


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES.keys())
@given(data=st.data())
def test_every_event_comes_back_equal(kind: type[events.Event], data: st.DataObject) -> None:
    event = data.draw(values(kind))
    assert through_json(event) == event


@given(values(Exercise))
def test_an_exercise_comes_back_equal(exercise: Exercise) -> None:
    assert through_json(exercise) == exercise


def test_a_union_keeps_its_class() -> None:
    exercise = Exercise("a", "A", "s", ExerciseKind.STDIN, None, (CodeTest("assert 1"), StdioTest("1", "2")))
    assert [type(test) for test in through_json(exercise).visible] == [CodeTest, StdioTest]


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_json_lacks_comes_back(value: float) -> None:
    back = through_json(events.GammaChanged(value)).gamma
    assert back == value or (math.isnan(back) and math.isnan(value))


def test_missing_keys_take_defaults_and_unknown_keys_are_ignored() -> None:
    assert json_codec.decode(events.TokenCounts, {"prompt": 3, "later": 1}) == events.TokenCounts(prompt=3)


@pytest.mark.parametrize(
    ("kind", "data", "message"),
    [
        (events.GammaChanged, {}, "data.gamma is missing"),
        (events.GammaChanged, {"gamma": "much"}, "data.gamma should be a number, found 'much'"),
        (events.GammaChanged, {"gamma": True}, "data.gamma should be a number, found True"),
        (events.GammaChanged, {"gamma": 10**400}, "data.gamma is too large a number"),
        (events.GammaChanged, [], "data should be an object (GammaChanged), found []"),
        (events.TokenCounts, {"prompt": 1.5}, "data.prompt should be a whole number, found 1.5"),
        (events.TokenCounts, {"prompt": False}, "data.prompt should be a whole number, found False"),
        (events.StageEntered, {"stage": "lunch"}, "data.stage should be one of loading, "),
        (events.CandidatesGrown, {"texts": ["a", 1]}, "data.texts[1] should be a text, found 1"),
        (events.CandidatesGrown, {"texts": "ab"}, "data.texts should be a list, found 'ab'"),
    ],
)
def test_a_value_that_does_not_fit_is_named(kind: type, data: Any, message: str) -> None:
    with pytest.raises(json_codec.CodecError) as caught:
        json_codec.decode(kind, data, "data")
    assert str(caught.value).startswith(message)


def test_nested_places_are_named() -> None:
    good = json_codec.encode(
        TestResult(
            "t",
            status=events.FailureKind.MODEL,  # type: ignore[arg-type]  # no verdict
        )
    )
    with pytest.raises(json_codec.CodecError, match=r"^status should be one of passed, "):
        json_codec.decode(TestResult, good)
    test = {"type": "Fable", "code": "x"}
    with pytest.raises(
        json_codec.CodecError, match=r"^visible\[0\]\.type should be one of CodeTest, StdioTest"
    ):
        json_codec.decode(
            Exercise,
            {
                "id": "a",
                "title": "",
                "statement": "",
                "kind": "function",
                "entry_point": None,
                "visible": [test],
            },
        )


def test_a_pair_has_two_items() -> None:
    trace = {"kind": "line", "line": 1, "depth": 0, "function": "f", "changes": [["x"]]}
    row = {"test": "t", "status": "passed", "trace": {"events": [trace]}}
    with pytest.raises(json_codec.CodecError, match=r"changes\[0\] should have 2 items, found 1"):
        json_codec.decode(TestResult, row)


def test_only_known_kinds_of_fields_can_be_recorded() -> None:
    @dataclasses.dataclass
    class Odd:
        bag: set  # type: ignore[type-arg]

    with pytest.raises(TypeError, match="cannot be recorded"):
        json_codec.encode(Odd(set()))


def test_settings_out_of_range_are_refused() -> None:
    data = json_codec.encode(Settings()) | {"gamma": 99.0}
    with pytest.raises(ValueError, match="gamma is 99"):
        json_codec.decode(Settings, data)
