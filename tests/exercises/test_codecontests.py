"""CodeContests rows become programs from standard input to standard output."""

from __future__ import annotations

from typing import Any

import pytest

from egcfg_sandbox import StdioTest
from egcfg_tui.exercises import codecontests
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.places import Place
from egcfg_tui.exercises.rows import Row

VALUES: dict[str, Any] = {
    "name": "7_B. Sums. And more",
    "description": "\nAdd two numbers.\n",
    "public_tests": {"input": ["1 2\r\n"], "output": ["3\r\n"]},
    "private_tests": {"input": ["0 0"], "output": ["0"]},
    "generated_tests": {"input": ["5 5"], "output": ["10"]},
    "solutions": {
        "language": [2, 3, 3],
        "solution": ["int main", "print(sum(map(int, input().split())))", "x"],
    },
}


def row(**changes: object) -> Row:
    return Row(Place("c.jsonl", 3), {**VALUES, **changes})


def test_a_row_is_read() -> None:
    assert codecontests.read(row()) == Exercise(
        id="7_B",
        title="Sums. And more",
        statement="Add two numbers.",
        kind=ExerciseKind.STDIN,
        entry_point=None,
        visible=(StdioTest("1 2\n", "3\n"),),
        hidden=(StdioTest("0 0", "0"), StdioTest("5 5", "10")),
        reference="print(sum(map(int, input().split())))",
        level=0,
        source="c.jsonl#7_B",
    )


def test_a_row_has_a_number_and_a_name() -> None:
    assert codecontests.names(row()) == ("7_B", "7_B. Sums. And more")
    assert codecontests.names(row(name="sums")) == ("sums",)


def test_private_tests_and_solutions_may_be_missing() -> None:
    exercise = codecontests.read(row(private_tests=None, generated_tests=None, solutions=None))
    assert (exercise.hidden, exercise.reference) == ((), None)
    assert codecontests.read(row(solutions={"language": [1], "solution": ["print 1"]})).reference is None


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"public_tests": []}, "public_tests", "must be an object"),
        ({"public_tests": {"input": ["1"]}}, "public_tests.output", "is missing"),
        ({"private_tests": {"input": ["1"], "output": []}}, "private_tests", "has 1 inputs and 0 outputs"),
        ({"private_tests": {"input": [1], "output": []}}, "private_tests.input", "must be a string"),
        (
            {"solutions": {"language": [], "solution": ["x"]}},
            "solutions",
            "not as many languages as solutions",
        ),
        (
            {"solutions": {"language": [3], "solution": ["print("]}},
            "solutions",
            "the reference is not Python",
        ),
    ],
)
def test_a_mistake_is_named_by_line_and_key(changes: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        codecontests.read(row(**changes))
    assert str(caught.value).startswith(f"c.jsonl, line 3, key `{key}`: ")
    assert words in str(caught.value)


def test_a_row_without_any_test_is_refused() -> None:
    none: dict[str, list[str]] = {"input": [], "output": []}
    with pytest.raises(ExerciseError, match="the exercise has no tests"):
        codecontests.read(row(public_tests=none, private_tests=none, generated_tests=none))
