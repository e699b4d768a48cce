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
_ROOM: Final = SLOT_BYTES - _SLOT.size
_COUNTS: Final = struct.Struct("<QQ")
_FIELD: Final = "\x1f"
_NEXT: Final = _FIELD.encode()
_EVENT: Final = "\x1e"
_END: Final = _EVENT.encode()
_KINDS: Final = ("call", "line", "return", "exception")
_MOST_REPEATS: Final = 0xFFFFFFFF
_FUNCTION_CHARS: Final = 100

Row = tuple[str, int, int, str, tuple[tuple[str, str], ...], str | None, int]
"""kind, line, depth, function, changes, value, repeats."""


def size_for(events: int) -> int:
    """Bytes of memory for a trace of so many events."""
    return _HEADER_BYTES + SLOT_BYTES * max(2, events)


def _clean(text: str) -> str:
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


def _encoded(text: str) -> bytes:
    return _clean(text).encode("utf-8", "replace")


class TraceWriter:
    """Keeps the first events and the last ones; equal passes of a loop are folded by the caller."""

    def __init__(self, memory: mmap.mmap, events: int) -> None:
        self._memory = memory
        self._events = max(2, events)
        self._head = self._events // 2
        self._count = 0
        self._highest = 0
        self._functions: dict[str, bytes] = {}

    @property
    def count(self) -> int:
        """Events so far, folded ones not counted."""
        return self._count

    def _offset(self, index: int) -> int:
        if index >= self._head:
            index = self._head + (index - self._head) % (self._events - self._head)
        return _HEADER_BYTES + SLOT_BYTES * index

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
        if self._count > self._highest:
            self._highest = self._count
        _HEADER.pack_into(self._memory, 0, self._count, self._highest)

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
        data = self._functions.get(function)
        if data is None:
            data = self._functions[function] = _encoded(function[:_FUNCTION_CHARS]) + _NEXT
        if value is not None:
            data = (data + b"=" + _encoded(value))[:_ROOM]
        for name, text in changes:
            change = _NEXT + _encoded(name) + _NEXT + _encoded(text)
            if len(data) + len(change) > _ROOM:
                break
            data += change
        offset = self._offset(index)
        data = _SLOT.pack(len(data), max(line, 0), depth, 0, kind) + data
        self._memory[offset : offset + len(data)] = data

    def fold(self, period: int, repeats: int) -> None:
        """Takes back the last `period` events: they repeat the ones before, now `repeats` times."""
        self._count -= period
        for index in range(self._count - period, self._count):
            offset = self._offset(index) + 12
            self._memory[offset : offset + 4] = struct.pack("<I", min(repeats, _MOST_REPEATS))
        _HEADER.pack_into(self._memory, 0, self._count, self._highest)


def read(descriptor: int, events: int) -> bytes:
    """The events in order, as `unpack` takes them, and how many are missing between head and tail.

    The memory is read by its descriptor, no more than was written: a mapping costs a fault per page.
    """
    events = max(2, events)
    head = events // 2
    memory = os.pread(descriptor, _HEADER_BYTES, 0)
    count, highest = _HEADER.unpack_from(memory, 0)
    if not count <= highest < 1 << 62:
        return _COUNTS.pack(0, 0)
    first_in_ring = max(head, highest - (events - head))
    indexes = [*range(min(count, head)), *range(first_in_ring, count)][: 2 * events]
    wanted = _HEADER_BYTES + SLOT_BYTES * min(highest, events)
    while len(memory) < wanted and (more := os.pread(descriptor, wanted - len(memory), len(memory))):
        memory += more
    slots = []
    texts = []
    for index in indexes:
        slot = index if index < head else head + (index - head) % (events - head)
        offset = _HEADER_BYTES + SLOT_BYTES * slot
        start = offset + _SLOT.size
        length = _SLOT.unpack_from(memory, offset)[0]
        if length <= _ROOM:
            slots.append(memory[offset:start])
            texts.append(memory[start : start + length])
    text = _END.join(texts)
    if text.count(_END) >= max(1, len(texts)):
        text = _END.join(one.replace(_END, b"?") for one in texts)
    dropped = max(0, first_in_ring - head) if count > head else 0
    return b"".join((_COUNTS.pack(dropped, len(slots)), *slots, text))


def unpack(data: bytes) -> tuple[list[Row], int]:
    """The events of a trace that was read, and how many are missing: all of it only text and numbers."""
    dropped, count = _COUNTS.unpack_from(data)
    end = _COUNTS.size + count * _SLOT.size
    text = data[end:].decode("utf-8", "replace")
    clean = text.replace(_FIELD, "").replace(_EVENT, "").isprintable()
    rows = []
    for slot, one in zip(_SLOT.iter_unpack(data[_COUNTS.size : end]), text.split(_EVENT), strict=False):
        _, line, depth, repeats, kind = slot
        fields = one.split(_FIELD)
        if kind >= len(_KINDS) or len(fields) % 2:
            continue
        if not clean:
            fields = [_clean(field) for field in fields]
        value = fields[1]
        changes = tuple(zip(fields[2::2], fields[3::2], strict=True))
        rows.append((_KINDS[kind], line, depth, fields[0], changes, value[1:] if value else None, repeats))
    return rows, dropped
