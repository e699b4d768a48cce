"""The bundled exercises, and those that the user wrote in the workbench or with `exercises new`."""

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

DEMO_ID: Final = "total-climb"
"""The exercise that `make run` starts with."""

_FOLDER: Final = resources.files("egcfg_tui.exercises") / "bundled"
_ID: Final = re.compile(r"[\w-][\w.-]*")


@cache
def bundled() -> tuple[Exercise, ...]:
    """All bundled exercises, the easiest first."""
    return tuple(sorted(map(_read, _ids()), key=lambda exercise: (exercise.level, exercise.id)))


def bundled_one(exercise_id: str) -> Exercise | None:
    """The bundled exercise with this id, read without the others; None if there is no such exercise."""
    return _read(exercise_id) if exercise_id in _ids() else None


@cache
def _ids() -> frozenset[str]:
    names = (file.name for file in _FOLDER.iterdir())
    return frozenset(name.removesuffix(".toml") for name in names if name.endswith(".toml"))


@cache
def _read(exercise_id: str) -> Exercise:
    place = f"bundled/{exercise_id}.toml"
    text = text_files.decode((_FOLDER / f"{exercise_id}.toml").read_bytes(), place)
    return toml_format.read(text, exercise_id=exercise_id, source=place)


def own_folder() -> Path:
    """The folder of the user's own exercises; the variable `EGCFG_EXERCISES_DIR` names another one."""
    chosen = os.environ.get("EGCFG_EXERCISES_DIR")
    return Path(chosen).expanduser() if chosen else user_data_path("egcfg-tui", appauthor=False) / "exercises"


def own_file(exercise_id: str) -> Path | None:
    """The file of the user's own exercise with this id; None if there is none."""
    path = own_folder() / f"{exercise_id}.toml"
    return path if _ID.fullmatch(exercise_id) and path.is_file() else None


def bundled_half() -> tuple[Exercise, ...]:
    """Every second bundled exercise: a fixed half with exercises of all levels."""
    return bundled()[::2]
