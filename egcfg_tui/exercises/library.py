"""The exercises that are always at hand: the bundled ones, and those that the user wrote."""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.exercises.reading import text_files

DEMO_ID: Final = "longest-streak"
"""The exercise that `make run` starts with."""


_ID: Final = re.compile(r"[\w-][\w.-]*")


@cache
def bundled() -> tuple[Exercise, ...]:
    """All bundled exercises, the easiest first."""
    folder = resources.files("egcfg_tui.exercises") / "bundled"
    exercises = [
        toml_format.read(
            text_files.decode(file.read_bytes(), f"bundled/{file.name}"),
            exercise_id=file.name.removesuffix(".toml"),
            source=f"bundled/{file.name}",
        )
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return tuple(sorted(exercises, key=lambda exercise: (exercise.level, exercise.id)))


def own_folder() -> Path:
    """Where the exercises lie that the user wrote; `EGCFG_EXERCISES_DIR` moves it."""
    chosen = os.environ.get("EGCFG_EXERCISES_DIR")
    return Path(chosen).expanduser() if chosen else user_data_path("egcfg-tui", appauthor=False) / "exercises"


def own_file(exercise_id: str) -> Path | None:
    """The file of an exercise of the user's own; None where there is none of this id."""
    path = own_folder() / f"{exercise_id}.toml"
    return path if _ID.fullmatch(exercise_id) and path.is_file() else None


def bundled_half() -> tuple[Exercise, ...]:
    """Every second bundled exercise: a fixed half, of all levels."""
    return bundled()[::2]
