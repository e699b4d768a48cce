"""The memory a program's trace lies in: written by its process, read by the judge at any moment.

Fixed slots: the first half keeps the head of the trace, the rest is a ring with its tail. Because it is
shared memory the trace survives whatever ends the program. What is read back may be forged, so it is only
ever taken apart as bounded text.
"""

from __future__ import annotations

import mmap
import os
import struct
from typing import Final

SLOT_BYTES: Final = 2048
_HEADER: Final = struct.Struct("<QQ")
_HEADER_BYTES: Final = 64
_SLOT: Final = struct.Struct("<IIIIB")
_FIELD: Final = "\x1f"
_KINDS: Final = ("call", "line", "return", "exception")
_READ_AT_ONCE: Final = 64 * 1024
_MOST_REPEATS: Final = 0xFFFFFFFF

Row = tuple[str, int, int, str, tuple[tuple[str, str], ...], str | None, int]
"""kind, line, depth, function, changes, value, repeats."""


def size_for(events: int) -> int:
    """Bytes of memory for a trace of so many events."""
    return _HEADER_BYTES + SLOT_BYTES * max(2, events)


def _clean(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


class TraceWriter:
    """Keeps the first events and the last ones; equal passes of a loop are folded by the caller."""

    def __init__(self, memory: mmap.mmap, events: int) -> None:
        self._memory = memory
        self._events = max(2, events)
        self._head = self._events // 2
        self._count = 0
        self._highest = 0

    @property
    def count(self) -> int:
        """Events so far, folded ones not counted."""
        return self._count

    def _offset(self, index: int) -> int:
        if index >= self._head:
            index = self._head + (index - self._head) % (self._events - self._head)
        return _HEADER_BYTES + SLOT_BYTES * index

    def _write_header(self) -> None:
        self._memory[: _HEADER.size] = _HEADER.pack(self._count, self._highest)

    def append(
        self,
        kind: int,
        line: int,
        depth: int,
        function: str,
        changes: list[tuple[str, str]],
        value: str | None,
    ) -> None:
        """Adds one event; changes that do not fit the slot are left out."""
        self._write(self._count, kind, line, depth, function, changes, value)
        self._count += 1
        self._highest = max(self._highest, self._count)
        self._write_header()

    def amend(
        self, index: int, kind: int, line: int, depth: int, function: str, changes: list[tuple[str, str]]
    ) -> None:
        """Adds to an event what it turned out to change, unless it has left the ring."""
        if index < self._head or index >= self._highest - (self._events - self._head):
            self._write(index, kind, line, depth, function, changes, None)

    def _write(
        self,
        index: int,
        kind: int,
        line: int,
        depth: int,
        function: str,
        changes: list[tuple[str, str]],
        value: str | None,
    ) -> None:
        room = SLOT_BYTES - _SLOT.size
        parts = [_clean(function)[:100], "" if value is None else "=" + _clean(value)]
        used = sum(len(part.encode("utf-8", "replace")) + 1 for part in parts)
        for name, text in changes:
            name, text = _clean(name), _clean(text)
            used += len(name.encode("utf-8", "replace")) + len(text.encode("utf-8", "replace")) + 2
            if used > room:
                break
            parts += [name, text]
        data = _FIELD.join(parts).encode("utf-8", "replace")[:room]
        offset = self._offset(index)
        packed = _SLOT.pack(len(data), max(line, 0), depth, 0, kind) + data
        self._memory[offset : offset + len(packed)] = packed

    def fold(self, period: int, repeats: int) -> None:
        """Takes back the last `period` events: they repeat the ones before, now `repeats` times."""
        self._count -= period
        for index in range(self._count - period, self._count):
            offset = self._offset(index) + 12
            self._memory[offset : offset + 4] = struct.pack("<I", min(repeats, _MOST_REPEATS))
        self._write_header()


def read(descriptor: int, events: int) -> tuple[list[Row], int]:
    """The events in order and how many are missing between head and tail.

    The memory is read by its descriptor, no more than was written: a mapping costs a fault per page.
    """
    events = max(2, events)
    head = events // 2
    memory = os.pread(descriptor, _READ_AT_ONCE, 0)
    count, highest = _HEADER.unpack_from(memory, 0)
    if not count <= highest < 1 << 62:
        return [], 0
    first_in_ring = max(head, highest - (events - head))
    indexes = [*range(min(count, head)), *range(first_in_ring, count)][: 2 * events]
    wanted = _HEADER_BYTES + SLOT_BYTES * min(highest, events)
    while len(memory) < wanted and (more := os.pread(descriptor, wanted - len(memory), len(memory))):
        memory += more
    rows = []
    for index in indexes:
        slot = index if index < head else head + (index - head) % (events - head)
        row = _row(memory, _HEADER_BYTES + SLOT_BYTES * slot)
        if row is not None:
            rows.append(row)
    dropped = max(0, first_in_ring - head) if count > head else 0
    return rows, dropped


def _row(memory: bytes, offset: int) -> Row | None:
    length, line, depth, repeats, kind = _SLOT.unpack_from(memory, offset)
    if length > SLOT_BYTES - _SLOT.size or kind >= len(_KINDS):
        return None
    start = offset + _SLOT.size
    fields = memory[start : start + length].decode("utf-8", "replace").split(_FIELD)
    if len(fields) < 2 or len(fields) % 2:
        return None
    function, value, *rest = (_clean(field) for field in fields)
    changes = tuple(zip(rest[::2], rest[1::2], strict=True))
    return (_KINDS[kind], line, depth, function, changes, value[1:] if value else None, repeats)
