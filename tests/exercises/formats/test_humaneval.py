"""HumanEval rows become exercises: examples of the docstring are visible, `check` is hidden."""

from __future__ import annotations

from typing import Any

import pytest

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.formats import humaneval
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.reading.places import Place

PROMPT = '''import math

def half(x):
    """The half of x. """
    return x / 2

def twice(x: int) -> int:
    """ Double a number.
    >>> twice(2)
    4
    >>> twice(half(2))
    2.0
    """
'''

VALUES: dict[str, Any] = {
    "task_id": "HumanEval/7",
    "prompt": PROMPT,
    "entry_point": "twice",
    "canonical_solution": "    return 2 * x\n",
    "test": "\n\ndef check(candidate):\n    assert candidate(0) == 0\n",
}


def read(**changes: object) -> Exercise:
    return humaneval.read(Row(Place("h.jsonl", 3), {**VALUES, **changes}))


def test_a_row_is_read() -> None:
    assert read() == Exercise(
        id="HumanEval/7",
        title="twice",
        statement="Double a number.\n>>> twice(2)\n4\n>>> twice(half(2))\n2.0",
        kind=ExerciseKind.FUNCTION,
        entry_point="twice",
        visible=(CodeTest("assert twice(2) == 4"), CodeTest("assert twice(half(2)) == 2.0")),
        hidden=(CodeTest("def check(candidate):\n    assert candidate(0) == 0\n\n\ncheck(twice)"),),
        starter=PROMPT,
        reference=PROMPT + "    return 2 * x\n",
        level=0,
        source="h.jsonl#HumanEval/7",
        visible_derived=True,
    )


def test_a_row_has_a_long_and_a_short_name() -> None:
    assert humaneval.names(Row(Place("h.jsonl", 3), VALUES)) == ("HumanEval/7", "7")


def test_prose_is_read_where_there_are_no_doctests() -> None:
    exercise = read(prompt='def twice(x):\n    """Double.\n    twice(3) ➞ 6\n    """\n')
    assert exercise.visible == (CodeTest("assert twice(3) == 6"),)


def test_an_escape_meant_for_the_reader_does_not_break_the_example() -> None:
    exercise = read(
        prompt='def twice(x):\n    """Double.\n    >>> twice("a\\nb")\n    \'a\\nba\\nb\'\n    """\n'
    )
    (test,) = exercise.visible
    exec(test.code if isinstance(test, CodeTest) else "", {"twice": lambda x: x * 2})


def test_no_example_and_no_docstring_leave_the_hidden_test() -> None:
    exercise = read(prompt="def twice(x):\n")
    assert exercise.visible == ()
    assert exercise.statement == "Write the function `twice`."
    assert len(exercise.hidden) == 1


def test_the_extended_edition_adds_a_hidden_test() -> None:
    exercise = read(test_case_list=["assert twice(1) == 2", "assert twice(5) == 10"])
    assert exercise.hidden[1:] == (CodeTest("assert twice(1) == 2\nassert twice(5) == 10"),)
    assert exercise.hidden[:1] == read().hidden


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"prompt": "def twice(x:"}, "prompt", "is not Python"),
        ({"prompt": "def half(x):\n"}, "prompt", "does not define the function `twice`"),
        ({"prompt": "class twice:\n"}, "prompt", "does not define the function `twice`"),
        ({"canonical_solution": "    return ("}, "canonical_solution", "the reference is not Python"),
        ({"test": "def check(candidate):"}, "test.1", "the test is not Python"),
        ({"test": None}, "test", "must be a string"),
    ],
)
def test_a_mistake_is_named_by_line_and_key(changes: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        read(**changes)
    assert str(caught.value).startswith(f"h.jsonl, line 3, key `{key}`: ")
    assert words in str(caught.value)
