"""Only benches with equal conditions are compared; an error names the difference and the next step."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.benches import source

from egcfg_tui.bench.comparison import compare, source_of
from egcfg_tui.bench.comparison.matching import natural
from egcfg_tui.bench.records import BenchError


@pytest.mark.parametrize(
    ("here", "there", "told"),
    [
        (
            {"budget_s": 20.0},
            {"budget_s": 40.0},
            ("`budget_s` is 20 in one and 40 in other", "`--budget 20`"),
        ),
        ({"budget_s": 20.0}, {"budget_s": None}, ("20 in one and not set in other", "with `--budget 20`")),
        ({"budget_s": None}, {"budget_s": 20.0}, ("not set in one and 20 in other", "without `--budget`")),
        ({"budget_tokens": 100}, {"budget_tokens": 200}, ("`budget_tokens` is 100", "`--budget-tokens 100`")),
        ({"clock": "wall"}, {"clock": "model"}, ("`clock` is wall in one and model in other",)),
        ({"visible": "format"}, {"visible": "first"}, ("`visible` is format in one and first in other",)),
    ],
)
@pytest.mark.parametrize("common", [False, True])
def test_what_must_be_equal_is_refused_by_its_name(
    here: dict[str, Any], there: dict[str, Any], told: tuple[str, ...], common: bool
) -> None:
    sources = [source({"auto": "11"}, name="one", **here), source({"sample": "10"}, name="other", **there)]
    with pytest.raises(BenchError) as error:
        compare(sources, common=common)
    for part in told:
        assert part in str(error.value)


def test_a_file_of_two_benches_names_where_they_meet() -> None:
    one = source({"auto": "1"}, name="all.jsonl")
    other = source({"sample": "1"}, name="all.jsonl", clock="model")
    mixed = {**one.records, **other.records}
    with pytest.raises(BenchError, match=r"`clock` is wall in all\.jsonl \(exercise e1, tiny-coder auto\)"):
        compare([type(one)(**{name: getattr(one, name) for name in one.__slots__} | {"records": mixed})])


def test_other_exercises_are_named_and_left_out_when_asked() -> None:
    one = source({"auto": "1101"}, name="one", ids=("a", "b", "c", "d"))
    other = source({"sample": "101"}, name="other", ids=("b", "c", "x"))
    with pytest.raises(BenchError) as error:
        compare([one, other])
    assert "`exercises` are 4 in one and 3 in other; one lacks x." in str(error.value)
    assert "--common" in str(error.value)
    comparison = compare([one, other], common=True)
    assert (comparison.exercises, comparison.left_out, comparison.complete) == (("b", "c"), 3, True)


def test_an_exercise_that_was_changed_is_named_and_left_out_when_asked() -> None:
    one = source({"auto": "11"}, name="one")
    other = source({"sample": "11"}, name="other", exercise_sha256="f" * 64)
    with pytest.raises(
        BenchError, match="`exercise_sha256` of exercise e1 is 653165316531 in one and ffffff"
    ):
        compare([one, other])
    with pytest.raises(BenchError, match="one, other have no exercise in common"):
        compare([one, other], common=True)


def test_common_leaves_out_what_a_row_has_no_result_for() -> None:
    comparison = compare([source({"auto": "110!", "sample": "1.11"})], common=True)
    assert (comparison.exercises, comparison.left_out) == (("e1", "e3"), 2)
    assert [row.tasks for row in comparison.rows] == [2, 2]
    assert not comparison.complete, "the bench itself is not"
    assert "2 exercises left out" in " ".join(comparison.notes)
    with pytest.raises(BenchError, match="no exercise has a result in every row"):
        compare([source({"auto": "1.", "sample": ".1"})], common=True)


def test_an_id_of_two_exercises_is_told_apart_by_their_content() -> None:
    one = source({"auto": "1"}, name="one", ids=("11",), exercise_sha256="a" * 64)
    other = source({"auto": "0"}, name="one", ids=("11",), exercise_sha256="b" * 64)
    records = [*one.all_records(), *other.all_records()]
    assert compare([source_of(records, path=one.path)]).exercises == ("11 (aaaaaaaa)", "11 (bbbbbbbb)")


def test_ids_are_sorted_as_people_count() -> None:
    ids = ["HumanEval/10", "HumanEval/2", "11", "9", "cheer"]
    assert sorted(ids, key=natural) == ["9", "11", "HumanEval/2", "HumanEval/10", "cheer"]


@given(st.sets(st.text()))
def test_every_id_has_its_place(ids: set[str]) -> None:
    assert len({tuple(natural(id_)) for id_ in ids}) == len(ids)
