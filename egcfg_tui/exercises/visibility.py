"""Which tests may steer the solver: the user's choice, applied to an exercise of any format."""

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
    """How many of the tests that a format leaves open are visible."""

    FIRST = "first"
    """The first visible test alone; the others only score."""
    ALL = "all"
    """Every test that the format does not keep for scoring."""


def with_visible(exercise: Exercise, choice: Visibility | None) -> Exercise:
    """The exercise with the chosen tests visible and all others hidden; None leaves the format's own choice.

    The order of the tests stays, and what a format keeps for scoring is never shown.
    """
    if choice is None:
        return exercise
    tests = exercise.visible + exercise.hidden
    open_tests = len(exercise.visible) + exercise.openable
    count = open_tests if choice is Visibility.ALL else min(1, len(exercise.visible))
    return replace(exercise, visible=tests[:count], hidden=tests[count:], openable=open_tests - count)
