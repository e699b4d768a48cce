"""Reads the rows in batches, so that the first rows of a large set appear at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from egcfg_tui.exercises import Exercise, ExerciseError
from egcfg_tui.exercises.library import own_folder
from egcfg_tui.exercises.recent import recent_files
from egcfg_tui.runs import History
from egcfg_tui.runs.attempts import attempts_of
from egcfg_tui.tui.choosing.rows import FileRow, Row, rows_of

_BATCH_S: Final = 0.15

Found = Exercise | ExerciseError
LoadEach = Callable[[str], Iterator[Found]]


def read_rows(
    path: Path | None, bundled: Callable[[], tuple[Exercise, ...]], load_each: LoadEach, history: History
) -> Iterator[list[Row]]:
    """Yields batches of the rows of a file or folder; None: of what is at hand.

    At hand are recent files, the exercises that the user wrote, and the bundled ones. Raises `ExerciseError`
    if the file or folder cannot be read at all.
    """
    attempts = attempts_of(history.runs())
    if path is not None:
        yield from _batches(rows_of(load_each(str(path)), attempts))
        return
    own = load_each(str(own_folder())) if any(own_folder().glob("*.toml")) else iter(())
    recent = (FileRow(file) for file in recent_files())
    yield from _batches(chain[Row](recent, rows_of(chain(own, bundled()), attempts)))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in their order; a batch is yielded from time to time."""
    batch: list[Row] = []
    due_s = time.monotonic()
    for row in rows:
        batch.append(row)
        if time.monotonic() >= due_s:
            yield batch
            batch, due_s = [], time.monotonic() + _BATCH_S
    if batch:
        yield batch
