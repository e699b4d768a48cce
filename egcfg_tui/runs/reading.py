"""Reads recordings and paces their events."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from egcfg_tui.runs import json_codec
from egcfg_tui.runs.old_recordings import Rows
from egcfg_tui.runs.repeated_runs import RunsRead
from egcfg_tui.runs.schema import (
    EVENT_TYPES,
    KIND,
    READ_SCHEMAS,
    SCHEMA,
    Header,
    Recording,
    RecordingError,
    TimedEvent,
)

_MARK: Final = f'"kind":"{KIND}"'.encode()
_MARK_BYTES: Final = 256


def read_recording(path: Path) -> Recording:
    """Reads a whole recording. Raises `RecordingError`.

    An incomplete last line is left out: the writing process was killed in the middle of it. Any other broken
    line is an error, because a replay without it would show a run that never happened.
    """
    try:
        with path.open("rb") as file:
            start = file.readline(1 << 24)
            if start[:1] != b"{":
                raise RecordingError(
                    f"{path} is {'not a recording' if start else 'empty'}; "
                    "recordings are made with `egcfg-tui solve EXERCISE --record FILE`"
                )
            content = start + file.read()
    except OSError as error:
        raise RecordingError(
            f"{path}: the recording cannot be read: {error.strerror}; check the path"
        ) from error
    *lines, rest = content.split(b"\n")
    cut_short = not _is_whole(rest)
    if rest and not cut_short:
        lines.append(rest)
    if not lines:
        raise RecordingError(f"{path}, line 1: the header is incomplete; nothing of the run was recorded")
    header = _header(path, lines[0])
    rows, runs = Rows(), RunsRead()
    timed = tuple(_event(path, number, line, rows, runs) for number, line in enumerate(lines[1:], start=2))
    return Recording(header, timed, cut_short)


def is_recording(path: Path) -> bool:
    """Whether a file begins like a recording."""
    try:
        with path.open("rb") as file:
            return _MARK in file.read(_MARK_BYTES)
    except OSError:
        return False


def paced(
    recording: Recording, speed: float | None, sleep: Callable[[float], None] = time.sleep
) -> Iterator[TimedEvent]:
    """The events in order, at `speed` times their original pace; without waiting if it is None."""
    now_s = 0.0
    for timed in recording.events:
        if speed is not None and timed.t > now_s:
            sleep((timed.t - now_s) / speed)
            now_s = timed.t
        yield timed


@dataclass(frozen=True, slots=True)
class _Stamp:
    """The keys of an event line besides `data`."""

    t: float
    event: str


def _is_whole(rest: bytes) -> bool:
    """Whether the bytes after the last newline are empty, or a complete line without its newline."""
    try:
        return not rest or isinstance(json.loads(rest), dict)
    except (ValueError, RecursionError):
        return False


def _header(path: Path, line: bytes) -> Header:
    data = _object(path, 1, line)
    if data.get("kind") != KIND:
        raise RecordingError(
            f"{path}, line 1: not a recording (`kind` is not {KIND!r}); "
            "recordings are made with `egcfg-tui solve EXERCISE --record FILE`"
        )
    if data.get("schema") not in READ_SCHEMAS:
        raise RecordingError(
            f"{path}, line 1: egcfg-tui {data.get('version')!r} wrote schema {data.get('schema')!r}, "
            f"this version reads schemas up to {SCHEMA}; replay it with the version that wrote it"
        )
    try:
        return json_codec.decode(Header, data)
    except ValueError as error:
        raise RecordingError(f"{path}, line 1: {error}") from error


def _event(path: Path, number: int, line: bytes, rows: Rows, runs: RunsRead) -> TimedEvent:
    data = _object(path, number, line)
    try:
        stamp = json_codec.decode(_Stamp, data)
        if stamp.event not in EVENT_TYPES:
            raise json_codec.CodecError(
                f"unknown event {stamp.event!r}; the file is damaged or from a later version"
            )
        content = rows.completed(stamp.event, data.get("data"))
        runs.complete(stamp.event, content)
        return TimedEvent(stamp.t, json_codec.decode(EVENT_TYPES[stamp.event], content, "data"))
    except ValueError as error:
        raise RecordingError(f"{path}, line {number}: {error}") from error


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordingError(
            f"{path}, line {number}: not valid JSON, the file is damaged; "
            f"its first {number - 1} lines may be kept and replayed"
        ) from error
    if not isinstance(data, dict):
        raise RecordingError(f"{path}, line {number}: should be an object, the file is damaged")
    return data
