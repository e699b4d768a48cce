"""A small exercise with a right and a wrong answer, for scripted models."""

from __future__ import annotations

import dataclasses

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind

MARKER = "```python\n"
RIGHT = "def total(xs):\n    result = 0\n    for x in xs:\n        result += x\n    return result\n```"
WRONG = "def total(xs):\n    result = 0\n    for x in xs:\n        result = x\n    return result\n```"

EXERCISE = Exercise(
    id="total",
    title="Total",
    statement="Add up a list.",
    kind=ExerciseKind.FUNCTION,
    entry_point="total",
    visible=(CodeTest("assert total([1, 2]) == 3"), CodeTest("assert total([]) == 0")),
    hidden=(CodeTest("assert total([70, 7]) == 77"),),
)
THREE_TESTS = dataclasses.replace(EXERCISE, visible=(*EXERCISE.visible, CodeTest("assert total([4]) == 4")))
