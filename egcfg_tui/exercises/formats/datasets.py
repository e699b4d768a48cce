"""Data set files: finds the format of each row, and exercises by their id."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.formats import codecontests, ds1000, humaneval, mbpp
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.exercises.reading.dataset_rows import Row, read_rows
from egcfg_tui.exercises.reading.places import Place

SUFFIXES: Final = (".jsonl", ".json", ".jsonl.gz", ".json.gz")
"""The endings of names of data set files."""


@dataclass(frozen=True, slots=True)
class RowFormat:
    """A format of rows.

    A row with all of `keys` has this format. `names` gives the names of a row in `FILE#NAME`, the id first.
    `read` makes the exercise of a row.
    """

    name: str
    keys: frozenset[str]
    names: Callable[[Row], tuple[str, ...]]
    read: Callable[[Row], Exercise]


FORMATS: Final = (
    RowFormat("HumanEval", humaneval.KEYS, humaneval.names, humaneval.read),
    RowFormat("MBPP", mbpp.KEYS, mbpp.names, mbpp.read),
    RowFormat("CodeContests", codecontests.KEYS, codecontests.names, codecontests.read),
    RowFormat("CodeContests", codecontests.MESSAGE_KEYS, codecontests.names, codecontests.read),
    RowFormat("DS-1000", ds1000.KEYS, ds1000.names, ds1000.read),
)


def is_dataset(path: Path) -> bool:
    """Whether the file's name says that it holds a data set."""
    return path.name.endswith(SUFFIXES)


Wanted = Callable[[tuple[str, ...]], bool]
"""Whether to read an exercise with these names, the id first."""


def read_each(path: Path, wanted: Wanted = lambda _names: True) -> Iterator[Exercise | ExerciseError]:
    """Every wanted exercise of the file, in its order; for a broken one the error is yielded instead.

    Raises `ExerciseError` when the file as a whole cannot be read.
    """
    taken: dict[str, Row] = {}
    for row in read_rows(path):
        try:
            _take_names(row, taken)
            row_format = _format(row)
            if wanted(row_format.names(row)):
                yield row_format.read(row)
        except ExerciseError as error:
            yield error


def read_one(path: Path, exercise_id: str | None) -> Exercise:
    """The exercise with this id; without an id, the only one of the file. Raises `ExerciseError`."""
    rows = read_rows(path)
    named = _by_name(rows)
    ids = [_format(row).names(row)[0] for row in rows]
    if exercise_id is None:
        if len(ids) > 1:
            raise Place(str(path)).error(f"holds {len(ids)} exercises; name one, such as {path}#{ids[0]}")
        exercise_id = ids[0]
    if exercise_id not in named:
        raise unknown_id(exercise_id, ids, str(path))
    row = named[exercise_id]
    return _format(row).read(row)


def unknown_id(exercise_id: str, ids: list[str], file: str) -> ExerciseError:
    """The error for an id that a file does not have; it names the closest ids of the file."""
    close = get_close_matches(exercise_id, ids, n=3, cutoff=0.5)
    hint = f"did you mean {', '.join(close)}?" if close else f"it has {ids[0]} to {ids[-1]}"
    return Place(file).error(f"has no exercise `{exercise_id}`; {hint}")


def _by_name(rows: list[Row]) -> dict[str, Row]:
    """The rows by each of their names. Raises `ExerciseError` for a name that two rows have."""
    named: dict[str, Row] = {}
    for row in rows:
        _take_names(row, named)
    return named


def _take_names(row: Row, taken: dict[str, Row]) -> None:
    for name in _format(row).names(row):
        if name in taken:
            raise row.place.error(
                f"line {taken[name].place.line} already has the id `{name}`; rename one of them"
            )
        taken[name] = row


def _format(row: Row) -> RowFormat:
    keys = row.values.keys()
    for row_format in FORMATS:
        if not row_format.keys - keys:
            return row_format
    closest = max(FORMATS, key=lambda row_format: len(row_format.keys & keys) / len(row_format.keys))
    missing = closest.keys - keys
    # A match of half of the keys or fewer is chance: many formats have keys such as `metadata` or `name`.
    if len(missing) < len(closest.keys) / 2:
        lacks = ", ".join(f"`{key}`" for key in sorted(missing))
        raise row.place.error(f"looks like {closest.name}, but lacks {lacks}; add what is missing")
    known = ", ".join(dict.fromkeys(row_format.name for row_format in FORMATS))
    raise row.place.error(f"has none of the known formats ({known}); see docs/exercises.md")
