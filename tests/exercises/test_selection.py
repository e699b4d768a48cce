"""Ids and ranges choose exercises of one set or of several."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises import (
    DEMO_ID,
    ExerciseError,
    bundled,
    bundled_half,
    load,
    load_chosen,
    load_several,
    reference_to,
)
from egcfg_tui.exercises.selection import Selection


def row(number: int, **changes: object) -> dict[str, object]:
    return {
        "task_id": number,
        "text": "Add one.",
        "code": "def add(n):\n    return n + 1",
        "test_list": ["assert add(1) == 2"],
        **changes,
    }


@pytest.fixture
def mbpp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    rows = [row(11), row(12), row(13), row(20), row(21, test_list=[])]
    Path("mbpp.jsonl").write_text("\n".join(map(json.dumps, rows)))
    return "mbpp.jsonl"


def ids(references: list[str], chosen: str = "") -> list[str]:
    return [exercise.id for exercise in load_chosen(references, chosen)]


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("11-13", ["11", "12", "13"]),
        ("12-20", ["12", "13", "20"]),
        ("13-13", ["13"]),
        ("20,11", ["11", "20"]),
        (" 11 , 12-13,", ["11", "12", "13"]),
        ("1-19,20", ["11", "12", "13", "20"]),
    ],
)
def test_ranges_and_lists_choose_by_id_in_the_order_of_the_set(
    mbpp: str, part: str, found: list[str]
) -> None:
    assert ids([f"{mbpp}#{part}"]) == ids([mbpp], part) == found


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("1-5", "mbpp.jsonl: has no exercise in the range 1-5; it has 11 to 21"),
        ("30-40", "mbpp.jsonl: has no exercise in the range 30-40; it has 11 to 21"),
        ("13-11", "mbpp.jsonl: has no exercise in the range 13-11; it has 11 to 21"),
        ("11,112", "mbpp.jsonl: has no exercise `112`; did you mean"),
    ],
)
def test_a_part_that_chooses_nothing_is_told(mbpp: str, part: str, told: str) -> None:
    for references, chosen in (([f"{mbpp}#{part}"], ""), ([mbpp], part)):
        with pytest.raises(ExerciseError) as error:
            load_chosen(references, chosen)
        assert str(error.value).startswith(told)


def test_a_broken_exercise_is_told_only_where_it_is_chosen(mbpp: str) -> None:
    assert ids([f"{mbpp}#11-20"]) == ["11", "12", "13", "20"]
    for reference in (mbpp, f"{mbpp}#11-21"):
        with pytest.raises(ExerciseError, match=r"mbpp\.jsonl, line 5.*is empty"):
            load_chosen([reference])


def test_ids_choose_across_several_references(mbpp: str) -> None:
    assert ids([f"{mbpp}#11-12", "bundled"], f"12,{DEMO_ID}") == ["12", DEMO_ID]
    assert ids([DEMO_ID, f"{mbpp}#13"]) == [DEMO_ID, "13"]


def test_numbers_behind_a_slash_are_in_ranges(tmp_path: Path) -> None:
    rows = [
        {
            "task_id": f"HumanEval/{number}",
            "prompt": "def add(n):\n",
            "entry_point": "add",
            "canonical_solution": "    return n + 1\n",
            "test": "def check(candidate):\n    assert candidate(1) == 2\n",
        }
        for number in range(12)
    ]
    file = tmp_path / "he.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    assert ids([f"{file}#9-20,0"]) == ["HumanEval/0", "HumanEval/9", "HumanEval/10", "HumanEval/11"]
    assert ids([str(file)], "HumanEval/3,4") == ["HumanEval/3", "HumanEval/4"]


def test_an_id_that_looks_like_a_range_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "ids.jsonl"
    file.write_text("\n".join(json.dumps(row(0, task_id=name)) for name in ("1-2", "1", "2")))
    assert ids([f"{file}#1-2"]) == ["1-2", "1", "2"]


def test_a_folder_is_chosen_from_by_the_names_of_its_files(tmp_path: Path) -> None:
    for number in (3, 4):
        keys = 'title = "t"\nstatement = "s"\nkind = "function"\nentry_point = "add"\n'
        (tmp_path / f"{number}.toml").write_text(f'{keys}[[visible]]\ncode = "assert add(1) == 2"\n')
    assert ids([f"{tmp_path}#1-3"]) == ["3"]
    assert ids([str(tmp_path)], "4") == ["4"]


def test_a_whole_set_is_no_exercise_to_solve(mbpp: str) -> None:
    assert [exercise.id for exercise in load_several([f"{mbpp}#11-12", DEMO_ID])] == ["11", "12", DEMO_ID]
    with pytest.raises(ExerciseError, match="holds 5 exercises; name one"):
        load_several([mbpp])


def test_every_exercise_is_found_again_by_its_reference(mbpp: str) -> None:
    for exercise in [*bundled(), *load_chosen([f"{mbpp}#11-20"])]:
        assert load(reference_to(exercise)) == exercise


def test_the_half_of_the_bundled_exercises_has_all_levels() -> None:
    half = bundled_half()
    assert len(half) == 20
    assert {exercise.level for exercise in half} == {exercise.level for exercise in bundled()}


@given(st.lists(st.integers(0, 60), unique=True), st.integers(0, 60), st.integers(0, 60))
def test_a_range_wants_exactly_the_numbers_in_it(numbers: list[int], low: int, high: int) -> None:
    selection = Selection(f"{low}-{high}")
    wanted = [number for number in numbers if selection.wants((f"Set/{number}", str(number)))]
    assert wanted == [number for number in numbers if low <= number <= high]
    assert selection.unused == ([] if wanted else [f"{low}-{high}"])
