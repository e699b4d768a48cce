"""CodeContests rows become programs from standard input to standard output."""

from __future__ import annotations

from typing import Any

import pytest

from egcfg_sandbox import Limits, StdioTest
from egcfg_tui.exercises.formats import codecontests
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.reading.places import Place

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


def test_the_reference_is_the_first_solution_that_is_what_it_claims() -> None:
    solutions = {"language": [2, 3, 3, 3], "solution": ["int main", "print 1", "print(2)", "print(3)"]}
    assert codecontests.read(row(solutions=solutions)).reference == "print(2)"


def test_limits_are_the_problems_own_but_never_tighter_than_usual() -> None:
    usual = Limits()
    assert codecontests.read(row(time_limit={"seconds": 1, "nanos": 0})).limits == usual
    large = codecontests.read(
        row(time_limit={"seconds": 7, "nanos": 500_000_000}, memory_limit_bytes=1 << 30)
    )
    assert (large.limits.wall_s, large.limits.cpu_s, large.limits.memory_bytes) == (15.0, 15.0, 1 << 30)
    assert codecontests.read(row(time_limit=None, memory_limit_bytes=None)).limits == usual


def test_a_row_that_protobuf_wrote_is_the_same_exercise() -> None:
    message = {
        "name": VALUES["name"],
        "description": VALUES["description"],
        "publicTests": [{"input": "1 2\n", "output": "3\n"}, {"output": "1"}],
        "privateTests": [{"input": "0 0", "output": "0"}],
        "solutions": [
            {"language": "CPP", "solution": "int main"},
            {"language": "PYTHON3", "solution": "print(sum(map(int, input().split())))"},
        ],
        "timeLimit": "4.5s",
        "memoryLimitBytes": "1073741824",
    }
    public = {"input": ["1 2\n", ""], "output": ["3\n", "1"]}
    columns = row(
        public_tests=public,
        generated_tests=None,
        time_limit={"seconds": 4, "nanos": 500_000_000},
        memory_limit_bytes=1 << 30,
    )
    assert codecontests.read(Row(Place("c.jsonl", 3), message)) == codecontests.read(columns)


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"public_tests": [3]}, "public_tests", "must be an object"),
        ({"time_limit": {"seconds": -1}}, "time_limit.seconds", "must be a number of at least 0"),
        ({"time_limit": "soon"}, "time_limit", "must be an object"),
        ({"time_limit": {"seconds": 10**9}}, "time_limit", "limit 'wall_s' must be a number from"),
        ({"memory_limit_bytes": 1 << 60}, "memory_limit_bytes", "limit 'memory_bytes' must be a number from"),
        ({"memory_limit_bytes": True}, "memory_limit_bytes", "must be a number of at least 0"),
        ({"public_tests": {"input": ["1"]}}, "public_tests.output", "is missing"),
        ({"private_tests": {"input": ["1"], "output": []}}, "private_tests", "has 1 inputs and 0 outputs"),
        ({"private_tests": {"input": [1], "output": []}}, "private_tests.input", "must be a string"),
        (
            {"solutions": {"language": [], "solution": ["x"]}},
            "solutions",
            "fewer or more languages than solutions",
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
