"""The memory a program's trace lies in: written by its process, read by the judge at any moment.

Fixed slots: the first half keeps the head of the trace, the rest is a ring with its tail. Because it is
shared memory the trace survives whatever ends the program. What is read back may be forged, so it is only
ever taken apart as bounded text.
"""

from __future__ import annotations

import json
import mmap
import os
import struct
from typing import Final

SLOT_BYTES: Final = 2048
_HEADER: Final = struct.Struct("<QQ")
_HEADER_BYTES: Final = 64
_SLOT: Final = struct.Struct("<II")
"""What a slot begins with: the length of its event as JSON, and how often that is repeated."""
_PLACE: Final = struct.Struct("<II")
"""Line and depth of an event that is to be believed."""
_ROOM: Final = SLOT_BYTES - _SLOT.size
_KINDS: Final = ("call", "line", "return", "exception")
_MOST_REPEATS: Final = 0xFFFFFFFF
_FUNCTION_CHARS: Final = 100
_to_json = json.JSONEncoder(separators=(",", ":")).encode

Event = tuple[int, int, int, str, tuple[tuple[str, str], ...], str | None]
"""Kind as a number, line, depth, function, changes, value."""
Row = tuple[str, int, int, str, tuple[tuple[str, str], ...], str | None, int]
"""kind, line, depth, function, changes, value, repeats."""


def size_for(events: int) -> int:
    """Bytes of memory for a trace of so many events."""
    return _HEADER_BYTES + SLOT_BYTES * max(2, events)


class TraceWriter:
    """Keeps the first events and the last ones; equal passes of a loop are folded by the caller."""

    def __init__(self, memory: mmap.mmap, events: int) -> None:
        self._memory = memory
        self._events = max(2, events)
        self._head = self._events // 2
        self._highest = 0
        self.count = 0
        """Events so far, folded ones not counted."""

    def append(self, event: Event) -> None:
        """Adds one event; changes that do not fit the slot are left out."""
        self._write(self.count, event)
        self.count += 1
        self._highest = max(self._highest, self.count)
        _HEADER.pack_into(self._memory, 0, self.count, self._highest)

    def amend(self, index: int, event: Event) -> None:
        """Puts an event with what it turned out to change in its place, unless it has left the ring."""
        if index < self._head or index >= self._highest - (self._events - self._head):
            self._write(index, event)

    def fold(self, period: int, repeats: int) -> None:
        """Takes back the last `period` events: they repeat the ones before, now `repeats` times."""
        self.count -= period
        for index in range(self.count - period, self.count):
            struct.pack_into("<I", self._memory, self._offset(index) + 4, min(repeats, _MOST_REPEATS))
        _HEADER.pack_into(self._memory, 0, self.count, self._highest)

    def _offset(self, index: int) -> int:
        return _offset(index, self._events)

    def _write(self, index: int, event: Event) -> None:
        data = _to_json(event).encode()
        while len(data) > _ROOM:
            kind, line, depth, function, changes, value = event
            changes, value = changes[: len(changes) // 2], value and value[: len(value) // 2]
            event = (kind, line, depth, function[:_FUNCTION_CHARS], changes, value)
            data = _to_json(event).encode()
        offset = self._offset(index)
        self._memory[offset : offset + _SLOT.size + len(data)] = _SLOT.pack(len(data), 0) + data


def _offset(index: int, events: int) -> int:
    """Where the event of that number lies: the first half in order, the rest in turn."""
    head = events // 2
    slot = index if index < head else head + (index - head) % (events - head)
    return _HEADER_BYTES + SLOT_BYTES * slot


def read(descriptor: int, events: int) -> bytes:
    """The events in order, for `unpack`, and how many are missing between head and tail.

    The memory is read by its descriptor, no more than was written: a mapping costs a fault per page.
    """
    events = max(2, events)
    head = events // 2
    memory = os.pread(descriptor, _HEADER_BYTES, 0)
    count, highest = _HEADER.unpack_from(memory, 0)
    if not count <= highest < 1 << 62:
        return b"0"
    first_in_ring = max(head, highest - (events - head))
    wanted = size_for(min(highest, events))
    while len(memory) < wanted and (more := os.pread(descriptor, wanted - len(memory), len(memory))):
        memory += more
    lines = [b"%d" % (max(0, first_in_ring - head) if count > head else 0)]
    for index in [*range(min(count, head)), *range(first_in_ring, count)][: 2 * events]:
        offset = _offset(index, events)
        length, repeats = _SLOT.unpack_from(memory, offset)
        event = memory[offset + _SLOT.size : offset + _SLOT.size + min(length, _ROOM)]
        lines.append(b"%d %s" % (repeats, event.replace(b"\n", b" ")))
    return b"\n".join(lines)


def unpack(data: bytes) -> tuple[list[Row], int]:
    """The events of a trace that was read, and how many are missing: all of it only text and numbers."""
    dropped, *lines = data.split(b"\n")
    rows = (_row(line) for line in lines)
    return [row for row in rows if row is not None], int(dropped)


def _row(line: bytes) -> Row | None:
    """The event of one line; None for what is none."""
    repeats, _, event = line.partition(b" ")
    try:
        kind, number, depth, function, changes, value = json.loads(event)
        told = tuple((printable(name), printable(text)) for name, text in changes)
        shown = None if value is None else printable(value)
        place = _PLACE.unpack(_PLACE.pack(number, depth))
        return (_KINDS[kind], *place, printable(function), told, shown, int(repeats))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error):
        return None


def printable(text: str) -> str:
    """The text with all characters replaced that control a terminal or cannot be encoded."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)
