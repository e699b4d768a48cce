"""Finds the exercises that a user's reference names: a bundled id, a file, `FILE#ID`, or `FILE#1-20`."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.formats import datasets, exercism, python_file, toml_format
from egcfg_tui.exercises.library import bundled, bundled_one, own_file
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.exercises.reading.places import Place
from egcfg_tui.exercises.selection import Selection, is_range

BUNDLED: Final = "bundled"
"""The name of the whole bundled set."""

_TRACK_DEPTH: Final = 4
_MOST_FOLDERS: Final = 20_000

_ADVICE: Final = "name a .toml or .py exercise, an Exercism folder or a .jsonl data set"


def load(reference: str) -> Exercise:
    """The one exercise that the reference names. Raises `ExerciseError`, also if it names several.

    An id of a bundled exercise or of the user's own has priority over a file of that name; `./NAME` names the
    file.
    """
    if found := bundled_one(reference):
        return found
    if own := own_file(reference):
        return toml_format.read_file(own)
    path, exercise_id = _split(reference)
    if path.is_dir():
        return _one_of_folder(path, exercise_id)
    if not path.exists():
        raise _not_found(reference, path)
    if datasets.is_dataset(path):
        return datasets.read_one(path, exercise_id)
    exercise = _read_single(path)
    if exercise_id not in (None, exercise.id):
        raise datasets.unknown_id(str(exercise_id), [exercise.id], str(path))
    return exercise


def load_all(reference: str) -> list[Exercise]:
    """Like `load_each`, but raises `ExerciseError` at the first broken exercise."""
    exercises = []
    for found in load_each(reference):
        if isinstance(found, ExerciseError):
            raise found
        exercises.append(found)
    return exercises


def load_several(references: Sequence[str]) -> list[Exercise]:
    """The exercises of several references in their order; each names one, or many as `FILE#1-20,25`.

    Raises `ExerciseError`, also for a whole data set, because users rarely mean that.
    """
    exercises: list[Exercise] = []
    for reference in references:
        _, ids = _split(reference)
        one = ids is None or Selection(ids).is_plain
        exercises += [load(reference)] if one else load_all(reference)
    return exercises


def load_chosen(references: Sequence[str], ids: str = "") -> list[Exercise]:
    """The exercises of several references in their order, limited to those that `ids` chooses.

    `ids` is the text of a `Selection`; empty means all. Raises `ExerciseError` at the first chosen exercise
    that is broken, and for an id or range that chooses none.
    """
    selection = Selection(ids) if ids else None
    exercises = []
    for reference in references:
        for found in load_each(reference, selection):
            if isinstance(found, ExerciseError):
                raise found
            exercises.append(found)
    if selection is not None and selection.unused:
        raise _chooses_none(selection, ", ".join(references))
    return exercises


def reference_to(exercise: Exercise) -> str:
    """The reference by which `load` finds the exercise again."""
    return exercise.id if exercise.source == f"bundled/{exercise.id}.toml" else exercise.source


def lasting_reference_to(exercise: Exercise) -> str:
    """A reference to the exercise that works from any working folder."""
    reference = reference_to(exercise)
    if _is_id(reference) or not reference:
        return reference
    path, exercise_id = _split(reference)
    return str(path.absolute()) if exercise_id is None else f"{path.absolute()}#{exercise_id}"


def load_each(reference: str, selection: Selection | None = None) -> Iterator[Exercise | ExerciseError]:
    """Every exercise in the selection of a data set file, of a folder, or of the `bundled` set.

    The exercises of a folder are its TOML files, its Python files with tests, and its inner folders that are
    one exercise. The reference may also be one that `load` accepts, or have ids and ranges as in
    `FILE#1-20,25`. For a broken exercise the error is yielded instead, so that the others can still be used.
    Raises `ExerciseError` when the file or folder as a whole cannot be read, and for an id or range after `#`
    that chooses none.
    """
    path, exercise_id = _split(reference)
    several = None if exercise_id is None else Selection(exercise_id)

    def wanted(names: tuple[str, ...]) -> bool:
        return all(chosen.wants(names) for chosen in (several, selection) if chosen is not None)

    if reference == BUNDLED:
        yield from (exercise for exercise in bundled() if wanted(_names(exercise)))
    elif _is_id(reference) or (several is not None and several.is_plain) or not path.exists():
        several = None
        yield from (exercise for exercise in (load(reference),) if wanted(_names(exercise)))
    elif path.is_dir():
        for name, member in _members(path).items():
            try:
                if wanted((name,)):
                    yield _read_single(member)
            except ExerciseError as error:
                yield error
    elif datasets.is_dataset(path):
        yield from datasets.read_each(path, wanted)
    else:
        yield from (exercise for exercise in (_read_single(path),) if wanted(_names(exercise)))
    if several is not None and several.unused:
        raise _chooses_none(several, str(path))


def _chooses_none(selection: Selection, file: str) -> ExerciseError:
    part, ids = selection.unused[0], selection.seen
    if is_range(part) and ids:
        return Place(file).error(f"has no exercise in the range {part}; it has {ids[0]} to {ids[-1]}")
    return datasets.unknown_id(part, ids, file) if ids else Place(file).error(f"has no exercise `{part}`")


def _is_id(reference: str) -> bool:
    return bundled_one(reference) is not None or own_file(reference) is not None


def _names(exercise: Exercise) -> tuple[str, ...]:
    """The names of an exercise: its id, and the number after the `/` of a data set's id."""
    return tuple(dict.fromkeys((exercise.id, exercise.id.rpartition("/")[2])))


def _split(reference: str) -> tuple[Path, str | None]:
    """File and id of a reference. A `#` in the name of an existing file belongs to the name."""
    whole = Path(reference).expanduser()
    file, mark, exercise_id = reference.rpartition("#")
    if not mark or not file or whole.exists():
        return whole, None
    if not exercise_id:
        raise Place(reference).error("the id after `#` is missing; write FILE#ID")
    return Path(file).expanduser(), exercise_id


def _read_single(path: Path) -> Exercise:
    """The exercise of a folder or file that holds exactly one."""
    if path.is_dir():
        return exercism.read(path) if exercism.is_exercise(path) else _read_single(_only_stub(path) or path)
    if path.suffix == ".toml":
        return toml_format.read_file(path)
    if path.suffix == ".py":
        return python_file.read_file(path)
    raise Place(str(path)).error(f"`{path.suffix or path.name}` is not a known exercise format; {_ADVICE}")


def _one_of_folder(folder: Path, exercise_id: str | None) -> Exercise:
    members = _members(folder)
    if exercise_id is None:
        if is_exercise_folder(folder):
            return _read_single(folder)
        some = next(iter(members.values()))
        raise Place(str(folder)).error(f"is a folder; name one exercise in it, such as {some}")
    if exercise_id not in members:
        raise datasets.unknown_id(exercise_id, list(members), str(folder))
    return _read_single(members[exercise_id])


def _members(folder: Path) -> dict[str, Path]:
    """See `_found_in`. Raises `ExerciseError` for a folder without any, or closed to this user."""
    try:
        members = _found_in(folder)
    except OSError as error:
        raise Place(str(folder)).error(f"cannot be read: {error.strerror}; check its permissions") from None
    if not members:
        raise Place(str(folder)).error(f"the folder holds no exercises; {_ADVICE}")
    return members


def _found_in(folder: Path) -> dict[str, Path]:
    """The exercises of a folder by name: TOML files, Python files with tests, folders that are one exercise.

    An Exercism folder has itself. A folder without any exercise may be a whole Exercism track, whose
    exercises are in folders further down.
    """
    if exercism.is_exercise(folder):
        return {folder.resolve().name: folder}
    files = {file.stem: file for file in (*folder.glob("*.toml"), *python_file.stubs_in(folder))}
    folders = {inner.name: inner for inner in folder.iterdir() if is_exercise_folder(inner)}
    if not files and not folders:
        folders = {inner.name: inner for inner in _folders_below(folder) if exercism.is_exercise(inner)}
    return dict(sorted((files | folders).items()))


def is_exercise_folder(folder: Path) -> bool:
    """Whether a folder is one exercise: an Exercism folder, or a stub and its test file."""
    return folder.is_dir() and (exercism.is_exercise(folder) or _only_stub(folder) is not None)


def _only_stub(folder: Path) -> Path | None:
    stubs = python_file.stubs_in(folder)
    return stubs[0] if len(stubs) == 1 else None


def _folders_below(folder: Path) -> Iterator[Path]:
    """The folders below a folder, as deep as exercises of a track lie, and at most `_MOST_FOLDERS`."""
    level = [folder]
    seen = 0
    for _ in range(_TRACK_DEPTH):
        level = [inner for outer in level for inner in _inner_folders(outer)][: _MOST_FOLDERS - seen]
        seen += len(level)
        yield from level


def _inner_folders(folder: Path) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            return [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False) and e.name[0] != "."]
    except OSError:
        return []


def _not_found(reference: str, path: Path) -> ExerciseError:
    """The error for a reference that is neither a bundled id nor a file; it suggests close names."""
    near = [*(exercise.id for exercise in bundled()), *_neighbours(path)]
    close = get_close_matches(str(path), near, n=3, cutoff=0.7)
    hint = (
        f"did you mean {', '.join(close)}?" if close else "`egcfg-tui exercises list` shows the bundled ones"
    )
    return ExerciseError(f"{reference}: there is no such file or bundled exercise; {hint}")


def _neighbours(path: Path) -> list[str]:
    """The files in the folder of the missing one."""
    try:
        return [str(path.parent / file.name) for file in path.parent.iterdir() if file.is_file()]
    except OSError:
        return []
