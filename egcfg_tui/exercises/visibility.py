"""Applies the user's choice of visible tests, which may steer the solver, to an exercise of any format."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final

from egcfg_tui.exercises.model import Exercise

NOTHING_STEERS: Final = (
    "No visible tests: nothing can steer the solve, nor tell answers apart. The first answer is taken."
)
"""What is said before the solve of such an exercise."""


class Visibility(StrEnum):
    """Which tests are visible, of those that the format does not reserve for scoring."""

    FIRST = "first"
    """Only the first visible test; the others only score."""
    ALL = "all"
    """Every test that the format does not reserve for scoring."""


def with_visible(exercise: Exercise, choice: Visibility | None) -> Exercise:
    """The exercise with the chosen tests visible and all others hidden; None keeps the format's own choice.

    The order of the tests stays the same. Tests that a format reserves for scoring are never visible.
    """
    if choice is None:
        return exercise
    tests = exercise.visible + exercise.hidden
    open_tests = len(exercise.visible) + exercise.openable
    count = open_tests if choice is Visibility.ALL else min(1, len(exercise.visible))
    return replace(exercise, visible=tests[:count], hidden=tests[count:], openable=open_tests - count)
