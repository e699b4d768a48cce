"""Pasted text becomes an exercise in our own TOML format."""

from __future__ import annotations

import json

import pytest

from egcfg_tui.exercises import ExerciseError, ExerciseKind, load
from egcfg_tui.exercises.drafts import written
from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.exercises.pasting import as_toml

ROW = {
    "task_id": 17,
    "text": "Write a function to find the perimeter of a square.",
    "code": "def square_perimeter(a):\n    return 4 * a",
    "test_list": ["assert square_perimeter(10) == 40", "assert square_perimeter(5) == 20"],
}
STUB = '''def twice(n):
    """Doubles a number."""


def test_twice():
    assert twice(2) == 4
'''


def read(text: str) -> Exercise:
    return toml_format.read(text, exercise_id="pasted", source="pasted")


@pytest.mark.parametrize("indent", [None, 2])
def test_a_row_of_a_data_set(indent: int | None) -> None:
    exercise = read(as_toml(json.dumps(ROW, indent=indent)))
    assert (exercise.title, len(exercise.visible)) == ("square_perimeter", 2)
    assert exercise.reference == ROW["code"]


def test_a_python_file_with_its_tests() -> None:
    exercise = read(as_toml(STUB))
    assert (exercise.kind, exercise.entry_point) == (ExerciseKind.FUNCTION, "twice")
    assert [test.text for test in exercise.visible] == ["assert twice(2) == 4"]


def test_prose_becomes_the_statement_of_a_form_to_fill_in() -> None:
    text = 'Count the "words" in a text.\n\nA word is what split() finds; C:\\temp is one.'
    with pytest.raises(ExerciseError) as caught:
        read(as_toml(text))
    assert "statement" not in str(caught.value)
    filled = as_toml(text)
    for key, value in (("title", "W"), ("entry_point", "w")):
        filled = filled.replace(f'{key} = ""', f'{key} = "{value}"')
    assert read(filled.replace('"assert "', '"assert w(1) == 2"')).statement == text


@pytest.mark.parametrize("text", ["", "  \n", 'title = "broken\n', "kind = 3"])
def test_toml_is_left_as_it_is_with_its_mistakes(text: str) -> None:
    assert as_toml(text) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def twice(n) return", "twice.py, line 1"),
        ("def twice(n): ...\nassert twice(1) == 2", "`twice` has no docstring"),
        ('{"task_id": 1}', "pasted.jsonl, line 1"),
        ("[1, 2]", "pasted.jsonl, line 1"),
    ],
)
def test_what_is_no_exercise_is_told_without_the_path_of_a_copy(text: str, words: str) -> None:
    with pytest.raises(ExerciseError) as caught:
        as_toml(text)
    assert words in str(caught.value)
    assert "/egcfg-" not in str(caught.value)


def test_a_test_that_needs_its_whole_file_has_no_form_in_toml(tmp_path: object) -> None:
    text = STUB.replace("def test_twice():", "def test_twice(capsys):")
    with pytest.raises(ExerciseError, match="change its own files instead"):
        as_toml(text)


def test_a_bundled_exercise_comes_back_as_it_was() -> None:
    exercise = load("cheer")
    assert read(as_toml(written(exercise))).visible == exercise.visible
