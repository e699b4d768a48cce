"""The identity of an exercise is made of what the model and the tests see of it."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from support.fake_bench import exercise

from egcfg_sandbox import CodeTest, Limits
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.exercises import bundled
from egcfg_tui.exercises.model import ExerciseKind

ONE = exercise(1)
BESIDE: dict[str, Any] = {
    "id": "other",
    "title": "Other",
    "level": 5,
    "source": "elsewhere.toml",
    "reference": "def add(n): ...",
    "openable": 1,
    "visible_derived": True,
    "left_out": ("test_skipped: skipped by its mark",),
}
CONTENT: dict[str, Any] = {
    "statement": "Subtract.",
    "kind": ExerciseKind.CLASS,
    "entry_point": "sub",
    "visible": (CodeTest("assert add(1) == 3"),),
    "hidden": (),
    "starter": "def add(n):",
    "also": ("sub",),
    "given": "import os",
    "packages": ("numpy",),
    "limits": Limits(wall_s=9.0),
}


def test_the_hash_is_that_of_the_content() -> None:
    assert exercise_sha256(ONE) == exercise_sha256(exercise(1))
    assert len({exercise_sha256(e) for e in bundled()}) == len(bundled())


@pytest.mark.parametrize("name", BESIDE)
def test_what_nobody_sees_does_not_change_it(name: str) -> None:
    assert exercise_sha256(replace(ONE, **{name: BESIDE[name]})) == exercise_sha256(ONE)


@pytest.mark.parametrize("name", CONTENT)
def test_what_the_model_or_a_test_sees_changes_it(name: str) -> None:
    assert exercise_sha256(replace(ONE, **{name: CONTENT[name]})) != exercise_sha256(ONE)


def test_every_field_of_an_exercise_was_thought_of() -> None:
    assert {field.name for field in fields(ONE)} == BESIDE.keys() | CONTENT.keys()


def test_a_visible_test_is_not_a_hidden_one() -> None:
    swapped = replace(ONE, visible=ONE.hidden, hidden=ONE.visible)
    assert exercise_sha256(swapped) != exercise_sha256(ONE)
