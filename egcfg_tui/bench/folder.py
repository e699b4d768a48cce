"""The folder of a bench: plan, records, recordings, prices, and the lock of the process that writes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

import platformdirs

from egcfg_tui.bench import records
from egcfg_tui.bench.plan import Plan, difference, encoded, fingerprint, read_plan
from egcfg_tui.bench.records import BenchError, Record, Task

PLAN: Final = "bench.json"
RECORDS: Final = "records.jsonl"
RECORDINGS: Final = "recordings"
LOCK: Final = "lock"
PRICES: Final = "prices.json"

_OURS: Final = frozenset({RECORDS, RECORDINGS, LOCK, PRICES})
"""The names that a bench may have made in a folder before it wrote its plan."""


class BenchFolder:
    """The folder of a bench, for reading, which needs no lock."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def records(self) -> Path:
        """The file of the records."""
        return self.path / RECORDS

    @property
    def prices(self) -> Path:
        """The file of the prices; only a bench with the model's clock has it."""
        return self.path / PRICES

    def plan(self) -> Plan:
        """The plan. Raises `BenchError`, also if the folder is not a bench."""
        if not self.path.is_dir():
            problem = "is a file" if self.path.exists() else "there is no such folder"
            raise BenchError(f"{self.path}: {problem}; name the folder of a bench (its --out)")
        return read_plan(self.path / PLAN)

    def read_records(self) -> Iterator[Record]:
        """The records so far, one by one. Raises `BenchError`."""
        if self.records.exists():
            yield from records.iterate_records(self.records)

    def writer_pid(self) -> int | None:
        """The id of the process that writes here now; None if there is none, 0 if its id is unknown."""
        try:
            with (self.path / LOCK).open("rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    text = file.read(20).decode("ascii", "replace").strip()
                    return int(text) if text.isdigit() else 0
        except OSError:
            return None
        return None


class BenchWriter:
    """Writes into a bench's folder. A context manager: entering takes the lock, leaving frees it.

    Entering makes the folder. It raises `BenchError` if that fails, if another bench writes there, or if the
    folder holds something other than a bench.
    """

    def __init__(self, folder: BenchFolder) -> None:
        self.folder = folder
        self._lock = -1
        self._records = -1

    def begun(self, asked: Plan) -> Plan | None:
        """The plan that the folder was begun with; None for a new folder.

        Raises `BenchError` if it differs from the plan that is asked for now.
        """
        if not (self.folder.path / PLAN).exists():
            return None
        plan = self.folder.plan()
        differs = difference(plan, asked)
        if differs is not None:
            raise BenchError(
                f"{self.folder.path}: was begun with another plan: {differs}; repeat the command that "
                "began it, or name another folder with --out"
            )
        return plan

    def begin(self, plan: Plan) -> None:
        """Writes the plan of a new bench."""
        self.write(PLAN, encoded(plan))

    def write(self, name: str, content: bytes) -> None:
        """Writes a file whole or not at all, and returns when it is on the disk. Raises `BenchError`."""
        with self._as_bench_errors(name):
            descriptor, temporary = tempfile.mkstemp(dir=self.folder.path, prefix=f".{name}.")
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).replace(self.folder.path / name)
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
            self._sync_folder()

    def records(self) -> Iterator[Record]:
        """Mends the end of the file of records and yields the records so far. Must come before `append`."""
        with self._as_bench_errors(RECORDS):
            if self.folder.records.exists():
                records.mend_end(self.folder.records)
            (self.folder.path / RECORDINGS).mkdir(mode=0o700, exist_ok=True)
            self._records = os.open(self.folder.records, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            self._sync_folder()
        yield from self.folder.read_records()

    def append(self, record: Record) -> None:
        """Adds a record and returns when it is on the disk. Raises `BenchError`."""
        with self._as_bench_errors(RECORDS):
            records.append(self._records, record)

    def recording(self, task: Task, tries: int) -> Path:
        """The path of a task's next recording, relative to the folder.

        `tries` is how often the task was tried before; each of those tries keeps its own recording.
        """
        again = f"-try{tries + 1}" if tries else ""
        return Path(RECORDINGS) / f"{_file_name(task)}{again}.jsonl"

    @contextlib.contextmanager
    def _as_bench_errors(self, name: str) -> Iterator[None]:
        """Turns an `OSError` inside into a `BenchError` about the file `name`."""
        try:
            yield
        except OSError as error:
            raise BenchError(
                f"{self.folder.path / name}: cannot be written: {error.strerror or error}; everything that "
                "ended is kept, make room and repeat the command"
            ) from error

    def _sync_folder(self) -> None:
        """Forces the entries of the folder to the disk."""
        descriptor = os.open(self.folder.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def __enter__(self) -> BenchWriter:
        path = self.folder.path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _refuse_foreign(path)
            self._lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise BenchError(
                f"{path}: cannot be written: {error.strerror}; name another folder with --out"
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.read(self._lock, 20).decode("ascii", "replace").strip()
            os.close(self._lock)
            raise BenchError(
                f"{path}: another bench writes into this folder (process {pid or 'unknown'}); wait for it, "
                f"watch it with `egcfg-tui bench --watch {path}`, or name another folder with --out"
            ) from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for descriptor in (self._records, self._lock):
            if descriptor >= 0:
                os.close(descriptor)


def default_folder(plan: Plan) -> Path:
    """The folder of a bench without --out. The same plan gets the same folder, so that it is resumed."""
    count = len(plan.exercises)
    name = "-".join(
        [f"{count}-exercises", *(model.name for model in plan.models), *(m.name for m in plan.methods)]
    )
    folder = platformdirs.user_data_path("egcfg-tui", appauthor=False) / "benches"
    return folder / f"{_safe(name)[:80]}-{fingerprint(plan)}"


def _refuse_foreign(path: Path) -> None:
    if (path / PLAN).exists():
        return
    foreign = [
        entry.name
        for entry in path.iterdir()
        if entry.name not in _OURS and not entry.name.startswith((f".{PLAN}.", f".{PRICES}."))
    ]
    lost = (path / RECORDS).exists() and (path / RECORDS).stat().st_size
    if foreign or lost:
        raise BenchError(
            f"{path}: is not a bench (it has no {PLAN}) and holds {min(foreign, default=RECORDS)}; "
            "name a new or empty folder with --out"
        )


def _file_name(task: Task) -> str:
    """A readable, safe and unique name for the files of a task."""
    key = hashlib.sha256(repr(task).encode())
    readable = f"{task.exercise}-{task.model}-{task.method}-{task.repeat}"
    return f"{_safe(readable)[:100]}-{key.hexdigest()[:8]}"


def _safe(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._]+", "-", text).strip("-.")
