"""The records of a bench: one line per ended task, with one JSON object each.

A record is appended by a single write and then forced to the disk. So even after a crash a file holds whole
records and at most one incomplete line at its end, whose task counts as not ended.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from egcfg_tui.events import StageSeconds, TokenCounts, TrialCost
from egcfg_tui.runs import json_codec

SCHEMA: Final = 1
_CHECKSUM: Final = "checksum"
_AGAIN: Final = "the task of a removed line runs again when the bench is resumed"


class BenchError(Exception):
    """A bench cannot be run or read. The text names the file, the line or key, and the next step."""


class Outcome(StrEnum):
    """How a task ended. The list is closed."""

    SOLVED = "solved"
    """The answer passes all tests."""
    WRONG = "wrong"
    """The answer passes the visible tests and fails a hidden one."""
    FAILED = "failed"
    """No answer passes the visible tests, and the method has nothing left to try."""
    BUDGET = "budget"
    """The budget ended before an answer passed the visible tests."""
    LENGTH = "length"
    """The prompt, thought or answer was too long for the context or for the most tokens allowed."""
    NO_CODE = "no_code"
    """The model's answer holds no code."""
    FAULT = "fault"
    """The sandbox or the engine broke, which says nothing about the method. The task runs again on resume."""


@dataclass(frozen=True, slots=True)
class Task:
    """One exercise with one model, method and repeat (from 1): the unit that a bench runs and records."""

    exercise: str
    exercise_sha256: str
    model: str
    method: str
    repeat: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How one task ended.

    `seconds` and `stages` are measured by the bench's `clock` (`wall` or `model`), without the loading of the
    model; `wall_s` is always wall time. `tokens` is `token_counts.evaluated`. `solved_by` is the method of
    the trial that passed the visible tests. `visible_passed` and `hidden_passed` (None: no hidden tests, or
    nothing was scored) are about `solution`, which passed `tests_passed` of `tests_total` tests. `guarded`:
    all of them were judged outside the program's process. `fault` is the message of outcome `fault`.
    `visible` is `format`, or the user's choice of visible tests. `load_average` is that of the last minute
    when the task ended, `created` a UTC time in ISO 8601. `recording` is relative to the folder.
    """

    schema: int = SCHEMA
    exercise: str
    exercise_sha256: str
    model: str
    method: str
    repeat: int
    seed: int
    outcome: Outcome
    visible_passed: bool
    hidden_passed: bool | None
    seconds: float
    wall_s: float
    tokens: int
    token_counts: TokenCounts
    stages: StageSeconds
    runs: int
    solved_by: str | None
    trials: tuple[TrialCost, ...]
    solution: str
    tests_passed: int
    tests_total: int
    guarded: bool = True
    fault: str | None = None
    budget_s: float | None = None
    budget_tokens: int | None = None
    clock: str
    visible: str
    load_average: float
    created: str
    recording: str | None = None

    @property
    def task(self) -> Task:
        """The task that ended."""
        return Task(self.exercise, self.exercise_sha256, self.model, self.method, self.repeat)


def append(descriptor: int, record: Record) -> None:
    """Adds one record to a file opened with `O_APPEND`, and returns when it is on the disk.

    Raises `OSError` if the record could not be written whole; the file is then as it was before.
    """
    line = _encoded(record)
    length = os.fstat(descriptor).st_size
    try:
        written = os.write(descriptor, line)
        if written < len(line):
            # A full disk may accept the beginning of a line; the next write then raises the reason.
            os.write(descriptor, line[written:])
            raise OSError("the record was written in pieces")
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, length)
        raise


def read_records(path: Path) -> list[Record]:
    """All records of a file, in the order in which they were written. Raises `BenchError`.

    An incomplete last line is left out. Any other line that is no record, was changed by hand, or is a second
    record of a task is an error, because a result without it would show a bench that never happened.
    """
    return list(iterate_records(path))


def iterate_records(path: Path) -> Iterator[Record]:
    """Like `read_records`, but yields one record at a time."""
    ended: dict[Task, int] = {}
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n") and not _is_whole(line):
                    return
                record = _decoded(path, number, line)
                if record.outcome is not Outcome.FAULT:
                    first = ended.setdefault(record.task, number)
                    if first != number:
                        raise BenchError(
                            f"{path}, line {number}: this is a second record of the task of line {first}; "
                            "remove one of the two lines"
                        )
                yield record
    except FileNotFoundError:
        raise BenchError(f"{path}: there is no such file; records are made with `egcfg-tui bench`") from None
    except OSError as error:
        raise BenchError(f"{path}: the records cannot be read: {error.strerror}; check the path") from error


class RecordTail:
    """Reads a file of records to which another process adds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0
        self._lines = 0

    def new(self) -> Iterator[Record]:
        """The records that were added since the last call. Raises `BenchError`."""
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    if not line.endswith(b"\n"):
                        return
                    record = _decoded(self._path, self._lines + 1, line)
                    self._offset, self._lines = self._offset + len(line), self._lines + 1
                    yield record
        except FileNotFoundError:
            return
        except OSError as error:
            raise BenchError(
                f"{self._path}: the records cannot be read: {error.strerror}; check the path"
            ) from error


def latest(records: Iterable[Record]) -> dict[Task, Record]:
    """For each task the record that counts: the one that is no fault, or else the last fault."""
    found: dict[Task, Record] = {}
    for record in records:
        known = found.get(record.task)
        if known is None or known.outcome is Outcome.FAULT:
            found[record.task] = record
    return found


def mend_end(path: Path) -> None:
    """Cuts off an incomplete last line, so that records can be added.

    A complete last line without its newline gets one. Raises `OSError`.
    """
    with path.open("r+b") as file:
        content_end = file.seek(0, os.SEEK_END)
        start = _start_of_last_line(file, content_end)
        file.seek(start)
        rest = file.read()
        if not rest:
            return
        if _is_whole(rest):
            file.write(b"\n")
        else:
            file.truncate(start)
        file.flush()
        os.fsync(file.fileno())


def _start_of_last_line(file: Any, end: int) -> int:
    """The position after the last newline, searched from the end in blocks."""
    while end > 0:
        start = max(0, end - (1 << 16))
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            return int(start + newline + 1)
        end = start
    return 0


def _is_whole(rest: bytes) -> bool:
    """Whether the bytes after the last newline are a complete line without its newline."""
    try:
        return isinstance(json.loads(rest), dict)
    except (ValueError, RecursionError):
        return False


def _encoded(record: Record) -> bytes:
    """The line of a record, in ASCII, with a checksum that reveals changes by hand."""
    values = json_codec.encode(record)
    return _dumped({**values, _CHECKSUM: _checksum(values)}) + b"\n"


def _decoded(path: Path, number: int, line: bytes) -> Record:
    def broken(reason: str) -> BenchError:
        return BenchError(f"{path}, line {number}: {reason}; {_AGAIN}")

    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        raise broken("not valid JSON, the file is damaged; remove the line") from None
    if not isinstance(values, dict) or "schema" not in values:
        raise broken("this is not a record of a bench; remove the line, or name another file")
    if values["schema"] != SCHEMA:
        raise BenchError(
            f"{path}, line {number}: written with schema {values['schema']!r}, this version reads schema "
            f"{SCHEMA}; read it with the version of egcfg-tui that wrote it"
        )
    try:
        record = json_codec.decode(Record, values)
    except ValueError as error:
        raise broken(f"{error}; restore the line, or remove it") from None
    if not _is_as_written(line, values):
        raise broken("it was changed after it was written; restore the line, or remove it")
    if (record.outcome is Outcome.FAULT) != (record.fault is not None):
        raise broken("`outcome` and `fault` contradict each other; restore the line, or remove it")
    return record


def _is_as_written(line: bytes, values: dict[str, Any]) -> bool:
    """Whether the checksum fits the other values, or is missing.

    It is the last value of the line, so it can usually be checked on the bytes before it, without encoding
    the values again.
    """
    body, _, _ = line.rpartition(b',"%s":' % _CHECKSUM.encode())
    checksum = values.pop(_CHECKSUM, None)
    return checksum is None or checksum == _digest(body + b"}") or checksum == _checksum(values)


def _checksum(values: dict[str, Any]) -> str:
    return _digest(_dumped(values))


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _dumped(values: dict[str, Any]) -> bytes:
    return json.dumps(values, separators=(",", ":"), allow_nan=False).encode("ascii")
