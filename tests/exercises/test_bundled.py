"""The bundled set is whole: ids, levels, kinds and what a beginner needs."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises import DEMO_ID, Exercise, ExerciseKind, bundled
from egcfg_tui.exercises.formats import toml_format

EACH = pytest.mark.parametrize("exercise", bundled(), ids=lambda exercise: exercise.id)


def test_the_set_spans_levels_and_kinds() -> None:
    exercises = bundled()
    assert Counter(exercise.level for exercise in exercises) == dict.fromkeys(range(1, 6), 8)
    kinds = Counter(exercise.kind for exercise in exercises)
    assert kinds[ExerciseKind.CLASS] >= 5
    assert kinds[ExerciseKind.STDIN] >= 5
    assert kinds[ExerciseKind.DATA] >= 5
    assert [exercise.level for exercise in exercises] == sorted(exercise.level for exercise in exercises)


def test_ids_titles_and_entry_points_are_unique() -> None:
    for field in ("id", "title", "entry_point"):
        values = [value for exercise in bundled() if (value := getattr(exercise, field))]
        assert len(values) == len(set(values))


def test_the_demo_shows_a_loop_and_a_condition() -> None:
    (demo,) = [exercise for exercise in bundled() if exercise.id == DEMO_ID]
    nodes = {type(node) for node in ast.walk(ast.parse(demo.reference or ""))}
    assert {ast.For, ast.If} <= nodes
    assert demo.level <= 2


@EACH
def test_an_exercise_has_tests_and_a_reference(exercise: Exercise) -> None:
    assert 3 <= len(exercise.visible) <= 4
    assert 4 <= len(exercise.hidden) <= 8
    assert exercise.reference
    texts = [test.text.strip() for test in exercise.visible + exercise.hidden]
    assert len(texts) == len(set(texts))


@EACH
def test_a_statement_names_what_the_tests_use(exercise: Exercise) -> None:
    if exercise.kind is ExerciseKind.STDIN:
        assert "standard input" in exercise.statement
        assert not exercise.starter
        return
    assert f"`{exercise.entry_point}" in exercise.statement
    assert exercise.given if exercise.kind is ExerciseKind.DATA else exercise.starter
    if exercise.kind is ExerciseKind.CLASS:
        tests = "\n".join(
            test.code for test in exercise.visible + exercise.hidden if isinstance(test, CodeTest)
        )
        methods = {node.attr for node in ast.walk(ast.parse(tests)) if isinstance(node, ast.Attribute)}
        assert all(f"`{method}" in exercise.statement for method in methods)


@EACH
def test_the_starter_begins_the_reference(exercise: Exercise) -> None:
    assert exercise.starter in (exercise.reference or "")


@EACH
def test_an_exercise_survives_writing(exercise: Exercise) -> None:
    text = toml_format.write(exercise)
    assert toml_format.read(text, exercise_id=exercise.id, source=exercise.source) == exercise
