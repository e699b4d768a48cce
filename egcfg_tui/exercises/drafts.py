"""Drafts of exercises: the text that a user types is kept until it is saved as an exercise."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.formats import toml_format
from egcfg_tui.exercises.library import bundled, own_file, own_folder
from egcfg_tui.exercises.model import Exercise, ExerciseError

TEMPLATE: Final = '''\
# Write the exercise below, or paste one in place of this text: TOML like this, a statement, a Python file
# with a docstring and tests, or a row of a data set. Lines that begin with # are notes.
title = ""
level = 1
statement = """
"""
# The name of the function or class that the tests use. For a program that reads its input: kind = "stdin".
entry_point = ""

# Visible tests steer the solver. A program has `stdin` and `stdout` instead of `code`.
[[visible]]
code = "assert "

# Hidden tests only score the answer; leave them out if there are none.
[[hidden]]
code = "assert "
'''

_FOLDER: Final = "drafts"
_NOT_OF_A_NAME: Final = re.compile(r"[^\w]+")
_NAME_CHARACTERS: Final = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A kept text in the file `path`. Saving it replaces the exercise file `target`, or makes a new one."""

    path: Path
    target: Path | None = None

    @property
    def is_kept(self) -> bool:
        """Whether an earlier text is kept."""
        return self.path.is_file()

    def unused(self) -> Draft:
        """This draft, or another one with a numbered name if this one already has a text."""
        number, path = 1, self.path
        while path.exists():
            number += 1
            path = self.path.with_stem(f"{self.path.stem}-{number}")
        return Draft(path, self.target)

    def text(self) -> str:
        """The kept text; raises `OSError`."""
        return self.path.read_text(encoding="utf-8", errors="replace")

    def keep(self, text: str) -> None:
        """Keeps the text in place of the earlier one, in one step; raises `OSError`."""
        _make_private(own_folder())
        _make_private(self.path.parent)
        _replace(self.path, text)

    def discard(self) -> None:
        """Deletes the kept text."""
        self.path.unlink(missing_ok=True)

    def save(self, text: str) -> Exercise:
        """Saves the text as an exercise of the user's own and discards the draft.

        Raises `ExerciseError` with a line for each mistake, and `OSError`; the draft is then kept.
        """
        exercise = toml_format.read(text, exercise_id=self.path.stem, source=str(self.path))
        own_folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        target = self.target or _free_file(exercise.title)
        _replace(target, text)
        self.discard()
        return toml_format.read_file(target)


def new_draft() -> Draft:
    """The draft of a new exercise."""
    return Draft(own_folder() / _FOLDER / "new.toml")


def draft_of(exercise: Exercise) -> tuple[Draft, str]:
    """The draft for changing an exercise, and the present text of the exercise.

    Saving the draft replaces an exercise of the user's own; of any other exercise it makes a copy. Raises
    `ExerciseError` for an exercise that TOML cannot hold.
    """
    own = own_file(exercise.id)
    if own is not None and str(own) == exercise.source:
        return Draft(own_folder() / _FOLDER / own.name, own), own.read_text(encoding="utf-8")
    return Draft(own_folder() / _FOLDER / f"copy-of-{_file_name(exercise.id)}.toml"), written(exercise)


def written(exercise: Exercise) -> str:
    """The exercise as TOML. Raises `ExerciseError` if TOML cannot hold its tests."""
    try:
        return toml_format.write(exercise)
    except ValueError as error:
        raise ExerciseError(
            f"{exercise.source or exercise.id}: {error}; change its own files instead"
        ) from None


def _free_file(title: str) -> Path:
    """A new file in the user's folder, named after the title, whose name is no id of another exercise."""
    name = _file_name(title)
    taken = {exercise.id for exercise in bundled()}
    number, free = 1, name
    while free in taken or os.path.lexists(own_folder() / f"{free}.toml"):
        number += 1
        free = f"{name}-{number}"
    return own_folder() / f"{free}.toml"


def _file_name(text: str) -> str:
    return _NOT_OF_A_NAME.sub("-", text.casefold()).strip("-_")[:_NAME_CHARACTERS] or "exercise"


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
