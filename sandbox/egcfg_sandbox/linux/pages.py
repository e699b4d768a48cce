"""Which pages of memory a piece of work touches, and how to have them ready ahead of it.

After a fork each page is shared until somebody writes to it and is then copied, at the cost of a page fault
in the middle of the work; a page of a file, such as the interpreter's code, has to be found again. Where the
pages are known, that can be done before the work begins.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable, Sequence
from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.linux import kernel

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PRESENT: Final = 1 << 63
_OWN: Final = 1 << 56
_POPULATE_READ: Final = 22
_POPULATE_WRITE: Final = 23
_MOST_AT_ONCE: Final = 1024
_NO_FILE: Final = "0"

Ranges = Sequence[tuple[int, int]]
"""Memory, as first addresses and bytes."""


class Pages:
    """Memory that can be made ready at once: to be written to, or to be read only."""

    def __init__(self, ranges: Ranges, *, written: bool = True) -> None:
        self.size_bytes = sum(length for _, length in ranges)
        self._advice = _POPULATE_WRITE if written else _POPULATE_READ
        self._ranges = [(ctypes.c_void_p(start), ctypes.c_size_t(length)) for start, length in ranges]
        vector = b"".join(struct.pack("<QQ", start, length) for start, length in ranges)
        self._vector = ctypes.create_string_buffer(vector, len(vector))
        self._advise_at_once = kernel.prepare_advice(self._vector, len(ranges), self._advice)
        self._at_once = len(ranges) <= _MOST_AT_ONCE

    def make_ready(self) -> bool:
        """Has what is still shared copied, or what is to be read found; whether all could be."""
        if self._at_once and self._advise_at_once() == self.size_bytes:
            return True
        # Kernels before 6.15 do it range by range.
        self._at_once = False
        return not any(kernel.advise(start, length, self._advice) for start, length in self._ranges)


def touched_by(work: Callable[[], object], proc: int) -> list[Pages] | None:
    """Does the work in a child and returns the pages it wrote to, and those of files that it read.

    None where that cannot be found out. Written to are the pages that the child has for itself. A second
    child does nothing but share the others, also those that this process writes to meanwhile. `proc` is a
    descriptor of /proc.
    """
    gate, opener = os.pipe()

    def wait() -> None:
        os.close(opener)
        os.read(gate, 1)

    children = [_child(wait)]
    found, told = os.pipe()

    def tell() -> None:
        work()
        os.write(told, os.readlink("self", dir_fd=proc).encode())
        wait()

    children.append(_child(tell))
    os.close(told)
    pid = os.read(found, 32).decode()
    try:
        known = _known(pid, proc) if pid else []
    except OSError:
        known = []
    for descriptor in (found, gate, opener):
        os.close(descriptor)
    for child in children:
        os.waitpid(child, 0)
    return known if known and all(pages.make_ready() for pages in known) else None


def _child(work: Callable[[], object]) -> int:
    child = system.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def _known(pid: str, proc: int) -> list[Pages]:
    """What a process has of its own, and of files; nothing where the kernel does not tell."""
    own: list[int] = []
    read: list[int] = []
    with (
        os.fdopen(os.open(f"{pid}/maps", os.O_RDONLY, dir_fd=proc)) as maps,
        os.fdopen(os.open(f"{pid}/pagemap", os.O_RDONLY, dir_fd=proc), "rb", buffering=0) as pagemap,
    ):
        for line in maps:
            area, rights, _, _, file, *_ = line.split()
            writable, private = rights[1] == "w", rights[3] == "p"
            if not private or (not writable and file == _NO_FILE):
                continue
            start, end = (int(address, 16) for address in area.split("-"))
            pagemap.seek(start // _PAGE * 8)
            entries = struct.iter_unpack("<Q", pagemap.read((end - start) // _PAGE * 8))
            wanted = _PRESENT | _OWN if writable else _PRESENT
            found = own if writable else read
            found += [start + n * _PAGE for n, (entry,) in enumerate(entries) if entry & wanted == wanted]
    return [Pages(_ranges(own)), Pages(_ranges(read), written=False)] if own else []


def _ranges(pages: list[int]) -> Ranges:
    ranges: list[tuple[int, int]] = []
    for page in sorted(pages):
        start, length = ranges[-1] if ranges else (0, 0)
        if length and page == start + length:
            ranges[-1] = (start, length + _PAGE)
        else:
            ranges.append((page, _PAGE))
    return ranges
