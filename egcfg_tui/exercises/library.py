"""The bundled exercises: our own, one TOML file each in the folder `bundled`."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Final

from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.exercises.reading import text_files

DEMO_ID: Final = "longest-streak"
"""The exercise that `make run` starts with."""


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


def bundled_half() -> tuple[Exercise, ...]:
    """Every second bundled exercise: a fixed half, of all levels."""
    return bundled()[::2]
