"""The history: keeps a recording of every solve in the user's data folder, up to a total size."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from egcfg_tui.runs.exercise_key import recorded_key
from egcfg_tui.runs.recorder import Recorder
from egcfg_tui.runs.schema import KIND, RecordedModel, RecordingError, header_for
from egcfg_tui.solving.request.solve_request import SolveRequest

MAX_BYTES: Final = 256_000_000
"""The most bytes that the history may take; the oldest runs are removed first."""

LATEST: Final = "latest"
"""The name of the newest run."""

_TAIL_BYTES: Final = 1 << 16
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9_-]+")


class RunNotFound(Exception):
    """No run, or more than one, matches the given name. The text gives the next step."""


@dataclass(frozen=True, slots=True)
class RunSummary:
    """The facts of a run that a list shows.

    `solved`, `wall_s` and `tokens` are None if the run has no end yet: it was killed, or it still goes on.
    """

    id: str
    path: Path
    created: str
    exercise: str
    title: str
    method: str
    model: str
    seed: int
    solved: bool | None
    reason: str
    wall_s: float | None
    tokens: int | None
    size_bytes: int
    exercise_key: str = ""
    """What the exercise is known by: see `exercise_key`."""

    def matches(self, words: Iterable[str]) -> bool:
        """Whether every word occurs in the facts that a list shows; case does not matter."""
        state = {True: "solved", False: "failed", None: "unfinished"}[self.solved]
        shown = f"{self.id} {self.exercise} {self.title} {self.method} {self.model} {state}".casefold()
        return all(word.casefold() in shown for word in words)


def runs_folder() -> Path:
    """The folder of the history; the variable `EGCFG_RUNS_DIR` names another one."""
    chosen = os.environ.get("EGCFG_RUNS_DIR")
    return Path(chosen).expanduser() if chosen else user_data_path("egcfg-tui", appauthor=False) / "runs"


class History:
    """The recordings of one folder, newest first. A missing folder is an empty history."""

    def __init__(self, folder: Path | None = None, max_bytes: int = MAX_BYTES) -> None:
        self.folder = folder if folder is not None else runs_folder()
        self._max_bytes = max_bytes

    def begin(self, request: SolveRequest, model: RecordedModel) -> Recorder:
        """Makes room and starts the recording of a solve. Raises `RecordingError`."""
        header = header_for(request, model)
        digits = re.sub(r"\D", "", header.created)
        moment = f"{digits[:8]}-{digits[8:14]}"
        name = _UNSAFE.sub("-", request.exercise.id).strip("-")[:60] or "exercise"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._make_room()
            path = _new_file(self.folder, f"{moment}-{name}")
        except OSError as error:
            raise RecordingError(
                f"{self.folder}: the run cannot be kept: {error.strerror}; --no-record solves without"
            ) from error
        return Recorder(path, header)

    def runs(self, words: Iterable[str] = ()) -> list[RunSummary]:
        """The runs that match all `words`, newest first. Files that are no recordings are left out."""
        wanted = tuple(words)
        found = (_summary(path) for path in self._files())
        return [run for run in found if run is not None and run.matches(wanted)]

    def find(self, name: str) -> RunSummary:
        """The run with this id, or the only one whose id begins with `name`, or the newest for `latest`.

        Raises `RunNotFound`.
        """
        runs = self.runs()
        if not runs:
            raise RunNotFound("no run is kept yet; `egcfg-tui solve EXERCISE` makes one")
        if name == LATEST:
            return runs[0]
        same = [run for run in runs if run.id == name] or [run for run in runs if run.id.startswith(name)]
        if len(same) == 1:
            return same[0]
        if same:
            raise RunNotFound(
                f"{len(same)} runs begin with {name!r}, {same[-1].id} to {same[0].id}; give more of the id"
            )
        raise RunNotFound(f"there is no run {name!r}; `egcfg-tui runs list` shows those that are kept")

    def delete(self, runs: Iterable[RunSummary]) -> int:
        """Removes recordings for good; returns how many. Raises `OSError`."""
        count = 0
        for run in runs:
            run.path.unlink(missing_ok=True)
            count += 1
        return count

    def _files(self) -> list[Path]:
        """The files of recordings, newest first: their names begin with the time."""
        try:
            return sorted(self.folder.glob("*.jsonl"), key=lambda path: path.stem, reverse=True)
        except OSError:
            return []

    def _make_room(self) -> None:
        """Removes the oldest recordings until the history has at most `max_bytes`."""
        sizes = [(path, path.stat().st_size) for path in self._files()]
        total = sum(size for _, size in sizes)
        for path, size in reversed(sizes):
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def _new_file(folder: Path, stem: str) -> Path:
    """Makes an empty file with a new name, since two solves may begin in the same second."""
    for number in range(1, 1000):
        path = folder / f"{stem}{f'-{number:03}' if number > 1 else ''}.jsonl"
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            continue
        return path
    raise FileExistsError(17, "a thousand runs began in one second", str(folder))


def _summary(path: Path) -> RunSummary | None:
    """The facts of a run, from the first and last line of its file; None if the file is no recording."""
    try:
        with path.open("rb") as file:
            header = _object(file.readline(1 << 24))
            size = file.seek(0, os.SEEK_END)
            end = _last_line(file, size)
    except OSError:
        return None
    if header is None or header.get("kind") != KIND:
        return None
    exercise, request = header.get("exercise") or {}, header.get("request") or {}
    finished = (end.get("data") or {}) if end and end.get("event") == "SolveFinished" else {}
    tokens = finished.get("tokens") or {}
    return RunSummary(
        id=path.stem,
        path=path,
        created=str(header.get("created", "")),
        exercise=str(exercise.get("id", "")),
        title=str(exercise.get("title", "")),
        method=str(request.get("method", "")),
        model=str((request.get("model") or {}).get("name", "")),
        seed=int(request.get("seed") or 0),
        solved=bool(finished["solved"]) if "solved" in finished else None,
        reason=str(finished.get("reason", "")),
        wall_s=float(finished["wall_s"]) if "wall_s" in finished else None,
        tokens=sum(tokens.values()) - tokens.get("reused", 0) if tokens else None,
        size_bytes=size,
        exercise_key=recorded_key(exercise),
    )


def _last_line(file: Any, size: int) -> dict[str, Any] | None:
    """The object on the last line, found from the end of the file; None if that line is incomplete."""
    length = _TAIL_BYTES
    while True:
        length = min(length, size)
        file.seek(size - length)
        tail: bytes = file.read(length)
        lines = tail.rstrip(b"\n").split(b"\n")
        if len(lines) > 1 or length == size:
            return _object(lines[-1])
        length *= 4


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
