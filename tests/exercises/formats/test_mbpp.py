"""MBPP rows become exercises; the entry point is found however an assertion is written."""

from __future__ import annotations

from typing import Any

import pytest

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.formats import mbpp
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.reading.places import Place

VALUES: dict[str, Any] = {
    "task_id": 7,
    "text": "Write a function to double.",
    "code": "def twice(x):\r\n    return 2 * x\r\n",
    "test_setup_code": "",
    "test_list": ["assert twice(1) == 2", "assert twice(2) == 4"],
    "challenge_test_list": ["assert twice(0) == 0"],
}


def read(**changes: object) -> Exercise:
    return mbpp.read(Row(Place("m.jsonl", 3), {**VALUES, **changes}))


def test_a_row_is_read() -> None:
    assert read() == Exercise(
        id="7",
        title="twice",
        statement="Write a function to double.",
        kind=ExerciseKind.FUNCTION,
        entry_point="twice",
        visible=(CodeTest("assert twice(1) == 2"), CodeTest("assert twice(2) == 4")),
        hidden=(CodeTest("assert twice(0) == 0"),),
        reference="def twice(x):\n    return 2 * x\n",
        level=0,
        source="m.jsonl#7",
    )


def test_without_challenge_tests_nothing_is_hidden() -> None:
    assert read(challenge_test_list=[]).hidden == ()


def test_setup_goes_before_every_test() -> None:
    exercise = read(test_setup_code="start = 1")
    assert {test.setup for test in exercise.visible + exercise.hidden if isinstance(test, CodeTest)} == {
        "start = 1"
    }


def test_the_sanitized_edition_is_read() -> None:
    values = {
        "task_id": 7,
        "prompt": "Double.",
        "code": VALUES["code"],
        "test_imports": ["import math", "import re"],
        "test_list": VALUES["test_list"],
    }
    exercise = mbpp.read(Row(Place("m.json", 3), values))
    assert exercise.statement == "Double."
    assert exercise.visible[0] == CodeTest("assert twice(1) == 2", "import math\nimport re")
    assert exercise.hidden == ()


def test_the_extended_edition_names_its_entry_point_and_hides_what_it_adds() -> None:
    tests = [f"assert twice({number}) == {2 * number}" for number in range(6)]
    exercise = read(test_list=tests, entry_point="twice")
    assert [test.text for test in exercise.visible] == tests[:3]
    assert [test.text for test in exercise.hidden] == ["assert twice(0) == 0", "\n".join(tests[3:])]
    with pytest.raises(ExerciseError, match=r"key `test_list\.1`: the test does not use `trice`"):
        read(test_list=tests, entry_point="trice")


@pytest.mark.parametrize(
    ("tests", "code", "name"),
    [
        (["assert f(1) == 2"], "def f(x): ...", "f"),
        (["assert set(f(1)) == set([2])"], "def f(x): ...", "f"),
        (["assert math.isclose(f(1), 2)", "assert f(2)"], "def f(x): ...", "f"),
        (["assert isclose(f(1), 2, rel_tol=0.1)"], "from math import isclose\ndef f(x): ...", "f"),
        (["assert not f(1)"], "def f(x): ...", "f"),
        (["assert f(Node(1)) == Node(2)"], "class Node: ...\ndef f(x): ...", "f"),
        (["assert f(g(1)) == 2", "assert f(2) == g(3)"], "def g(x): ...\ndef f(x): ...", "f"),
        (["assert g(1) == f(2)", "assert f(3) == 1"], "def g(x): ...\ndef f(x): ...", "f"),
        (["assert sum(1, 2) == 3"], "def sum(a, b): ...", "sum"),
        (["assert f(1) == 2"], "f = lambda x: x", "f"),
        (["assert (f(1)) == (2)", "f(3)"], "not python (", "f"),
        (["x = sorted(f(1))\nassert x == [1]"], "", "f"),
    ],
)
def test_the_entry_point_is_found(tests: list[str], code: str, name: str) -> None:
    assert mbpp.find_entry_point(tests, code, Place("m.jsonl", 3)) == name


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"test_list": []}, "test_list", "is empty; add at least one assertion"),
        ({"test_list": ["assert 1 =="]}, "test_list", "test 1 is not Python"),
        (
            {"test_list": ["assert twice(1)", "assert len([1])"]},
            "test_list",
            "no function is called by every test",
        ),
        ({"test_list": "assert twice(1)"}, "test_list", "must be a list of strings"),
        ({"challenge_test_list": ["assert twice("]}, "challenge_test_list.1", "the test is not Python"),
        ({"challenge_test_list": ["assert trice(1)"]}, "challenge_test_list.1", "does not use `twice`"),
        ({"test_setup_code": "x ="}, "test_list.1", "the test's setup is not Python"),
        ({"code": "def trice(x): ..."}, "code", "does not define `twice`; did you mean `trice`?"),
        ({"code": "def twice(x"}, "code", "the reference is not Python"),
        ({"text": 3}, "text", "must be a string"),
        ({"task_id": None}, "task_id", "must be a string or a whole number"),
    ],
)
def test_a_mistake_is_named_by_line_and_key(changes: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        read(**changes)
    assert str(caught.value).startswith(f"m.jsonl, line 3, key `{key}`: ")
    assert words in str(caught.value)


def test_a_class_may_be_asked_for() -> None:
    code = "class Stack:\n    def __init__(self):\n        self.x = []\n"
    exercise = read(code=code, test_list=["assert Stack().x == []"], challenge_test_list=[])
    assert (exercise.kind, exercise.entry_point) == (ExerciseKind.CLASS, "Stack")


def test_further_tests_of_the_sanitized_edition_can_be_opened_and_those_of_the_extended_one_not() -> None:
    tests = [f"assert twice({number}) == {2 * number}" for number in range(5)]
    extended = read(test_list=tests, challenge_test_list=[])
    assert (len(extended.visible), len(extended.hidden), extended.openable) == (3, 1, 0)
    values = {"task_id": 7, "prompt": "Double.", "code": VALUES["code"], "test_list": tests}
    sanitized = mbpp.read(Row(Place("m.json", 1), values))
    assert (len(sanitized.visible), len(sanitized.hidden), sanitized.openable) == (3, 2, 2)


def test_what_mbpp_plus_adds_is_hidden_and_its_packages_are_known() -> None:
    exercise = read(test="import numpy as np\nassert np.isclose(twice(2), 4)\n")
    assert exercise.hidden[-1] == CodeTest("import numpy as np\nassert np.isclose(twice(2), 4)", "")
    assert (exercise.openable, exercise.packages) == (0, ("numpy",))
