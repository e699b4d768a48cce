"""Which pages of memory a piece of work writes to, and how to have them copied ahead of it.

After a fork each page is shared until somebody writes to it and is then copied, at the cost of a page
fault in the middle of the work. Where the pages are known, the copies can be made before the work begins.
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
_POPULATE_WRITE: Final = 23
_MOST_AT_ONCE: Final = 1024


class Pages:
    """Ranges of memory, as (first address, bytes), that can be made a process's own at once."""

    def __init__(self, ranges: Sequence[tuple[int, int]]) -> None:
        self.size_bytes = sum(length for _, length in ranges)
        self._ranges = [(ctypes.c_void_p(start), ctypes.c_size_t(length)) for start, length in ranges]
        vector = b"".join(struct.pack("<QQ", start, length) for start, length in ranges)
        self._vector = ctypes.create_string_buffer(vector, len(vector))
        self._copy_at_once = kernel.prepare_advice(self._vector, len(ranges), _POPULATE_WRITE)
        self._at_once = len(ranges) <= _MOST_AT_ONCE

    def copy(self) -> bool:
        """Has the pages copied that are still shared; whether all could be."""
        if self._at_once and self._copy_at_once() == self.size_bytes:
            return True
        # Kernels before 6.15 do it range by range.
        self._at_once = False
        return not any(kernel.advise(start, length, _POPULATE_WRITE) for start, length in self._ranges)


def written_by(work: Callable[[], object], proc: int) -> Pages | None:
    """Does the work in a child and returns the pages it wrote to; None where that cannot be found out.

    They are the pages that the child has for itself. A second child does nothing but share the others, also
    those that this process writes to meanwhile. `proc` is a descriptor of /proc.
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
        known = Pages(_ranges(_own_pages(pid, proc))) if pid else None
    except OSError:
        known = None
    for descriptor in (found, gate, opener):
        os.close(descriptor)
    for child in children:
        os.waitpid(child, 0)
    return known if known and known.size_bytes and known.copy() else None


def _child(work: Callable[[], object]) -> int:
    child = system.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def _own_pages(pid: str, proc: int) -> list[int]:
    """Addresses of private, writable pages that a process shares with no other."""
    pages = []
    with (
        os.fdopen(os.open(f"{pid}/maps", os.O_RDONLY, dir_fd=proc)) as maps,
        os.fdopen(os.open(f"{pid}/pagemap", os.O_RDONLY, dir_fd=proc), "rb", buffering=0) as pagemap,
    ):
        for line in maps:
            area, rights, *_ = line.split()
            if rights[1] != "w" or rights[3] != "p":
                continue
            start, end = (int(address, 16) for address in area.split("-"))
            pagemap.seek(start // _PAGE * 8)
            entries = struct.iter_unpack("<Q", pagemap.read((end - start) // _PAGE * 8))
            for number, (entry,) in enumerate(entries):
                if entry & _PRESENT and entry & _OWN:
                    pages.append(start + number * _PAGE)
    return pages


def _ranges(pages: list[int]) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    for page in sorted(pages):
        start, length = ranges[-1] if ranges else (0, 0)
        if length and page == start + length:
            ranges[-1] = (start, length + _PAGE)
        else:
            ranges.append((page, _PAGE))
    return ranges
