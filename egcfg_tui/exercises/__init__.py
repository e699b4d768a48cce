"""Exercises: the model, one module per format, the bundled set, and what a user's reference resolves to."""

from egcfg_tui.exercises.library import DEMO_ID, bundled
from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.references import load, load_all, load_each
from egcfg_tui.exercises.visibility import Visibility, with_visible

__all__ = [
    "DEMO_ID",
    "Exercise",
    "ExerciseError",
    "ExerciseKind",
    "Visibility",
    "bundled",
    "load",
    "load_all",
    "load_each",
    "with_visible",
]
