"""Which pages of memory a piece of work writes to, and how to have them copied ahead of it.

After a fork each page is shared until somebody writes to it and is then copied, at the cost of a page
fault in the middle of the work. Where the pages are known, the copies can be made before the work begins.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Callable
from typing import Final

from egcfg_sandbox import system
from egcfg_sandbox.linux import kernel

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PRESENT: Final = 1 << 63
_OWN: Final = 1 << 56
_POPULATE_WRITE: Final = 23

Ranges = tuple[tuple[ctypes.c_void_p, ctypes.c_size_t], ...]
"""Addresses and lengths in bytes."""


def written_by(work: Callable[[], object], proc: int) -> Ranges:
    """Does the work in a child and returns the pages it wrote to; none where that cannot be found out.

    `proc` is a descriptor of /proc.
    """
    reader, writer = os.pipe()
    child = system.fork()
    if child == 0:
        try:
            work()
            pages = _own_pages(proc)
            with os.fdopen(writer, "wb") as out:
                out.write(struct.pack(f"<{len(pages)}Q", *pages))
        finally:
            os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as found:
        data = found.read()
    os.waitpid(child, 0)
    ranges = _ranges(struct.unpack(f"<{len(data) // 8}Q", data))
    try:
        copy(ranges)
    except OSError:
        return ()
    return ranges


def copy(ranges: Ranges) -> None:
    """Makes these pages this process's own; raises `OSError` where the kernel cannot do that."""
    for start, length in ranges:
        if kernel.advise(start, length, _POPULATE_WRITE):
            raise OSError("pages cannot be copied ahead")


def _own_pages(proc: int) -> list[int]:
    """Addresses of private, writable pages that no other process has."""
    pages = []
    with (
        os.fdopen(os.open("self/maps", os.O_RDONLY, dir_fd=proc)) as maps,
        os.fdopen(os.open("self/pagemap", os.O_RDONLY, dir_fd=proc), "rb", buffering=0) as pagemap,
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


def _ranges(pages: tuple[int, ...]) -> Ranges:
    ranges: list[list[int]] = []
    for page in sorted(pages):
        if ranges and page == ranges[-1][1]:
            ranges[-1][1] = page + _PAGE
        else:
            ranges.append([page, page + _PAGE])
    return tuple((ctypes.c_void_p(start), ctypes.c_size_t(end - start)) for start, end in ranges)
