"""Exercises: their data model, one module per format, the bundled set, and the references of users."""

from egcfg_tui.exercises.library import DEMO_ID, bundled, bundled_half
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.references import (
    BUNDLED,
    lasting_reference_to,
    load,
    load_all,
    load_chosen,
    load_each,
    load_several,
    reference_to,
)
from egcfg_tui.exercises.visibility import Visibility, with_visible

__all__ = [
    "BUNDLED",
    "DEMO_ID",
    "Exercise",
    "ExerciseError",
    "ExerciseKind",
    "Visibility",
    "bundled",
    "bundled_half",
    "lasting_reference_to",
    "load",
    "load_all",
    "load_chosen",
    "load_each",
    "load_several",
    "reference_to",
    "with_visible",
]
