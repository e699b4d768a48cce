"""The worked examples are right, and none of them is an exercise of the bundled set."""

from __future__ import annotations

import pytest

from egcfg_sandbox import Sandbox
from egcfg_tui.exercises.checking import check_references
from egcfg_tui.exercises.library import bundled
from egcfg_tui.exercises.model import ExerciseKind
from egcfg_tui.prompting.examples import worked_examples


@pytest.mark.parametrize("kind", list(ExerciseKind))
def test_every_kind_has_examples_whose_solutions_pass(kind: ExerciseKind) -> None:
    examples = worked_examples(kind)
    with Sandbox() as sandbox:
        checks = list(check_references(examples, sandbox.run_many))
    assert len(checks) == len(examples) > 0
    assert all(check.tests and check.passed for check in checks)


def test_no_bundled_exercise_is_given_away() -> None:
    examples = [example for kind in ExerciseKind for example in worked_examples(kind)]
    assert {example.id for example in examples}.isdisjoint(exercise.id for exercise in bundled())
    assert {example.entry_point for example in examples if example.entry_point}.isdisjoint(
        exercise.entry_point for exercise in bundled()
    )
