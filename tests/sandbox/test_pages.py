"""Pages that work touches are found, and had ready ahead of the work."""

from __future__ import annotations

import ctypes
import mmap
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from egcfg_sandbox import system
from egcfg_sandbox.linux import kernel, pages

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/pagemap")
_PAGE = mmap.PAGESIZE
_COUNT = 64


def _faults_of(*works: object) -> int:
    """Page faults of a forked child that does these things, the last one counted."""
    reader, writer = os.pipe()
    child = system.fork()
    if child == 0:
        *first, last = works
        for work in first:
            work()  # type: ignore[operator]
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        last()  # type: ignore[operator]
        faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
        os.write(writer, faults.to_bytes(4, "little"))
        os._exit(0)
    os.waitpid(child, 0)
    faults = int.from_bytes(os.read(reader, 4), "little")
    os.close(reader)
    os.close(writer)
    return faults


def _touched_by(work: Callable[[], object]) -> list[pages.Pages]:
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    try:
        found = pages.touched_by(work, proc)
    finally:
        os.close(proc)
    if found is None:
        pytest.skip("this kernel does not tell")
    return found


def test_pages_are_found_and_copied_before_they_are_written_to() -> None:
    memory = mmap.mmap(-1, 2 * _COUNT * _PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = bytes(len(memory))

    def work() -> None:
        for number in range(_COUNT):
            memory[2 * number * _PAGE] = 1

    written, _ = _touched_by(work)
    assert written.size_bytes >= _COUNT * _PAGE
    assert _faults_of(work) >= _COUNT
    assert _faults_of(written.make_ready, work) < _COUNT // 2
    assert memory[0] == 0


def test_pages_of_files_are_found_before_they_are_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(64 * _COUNT * _PAGE))
    with path.open("rb") as file:
        memory = mmap.mmap(file.fileno(), 0, flags=mmap.MAP_PRIVATE, prot=mmap.PROT_READ)

    def work() -> None:
        for number in range(_COUNT):
            memory[64 * number * _PAGE]

    _, read = _touched_by(work)
    assert read.size_bytes >= _COUNT * _PAGE
    # How many fewer depends on the file system: other pages may come with one that is read.
    assert _faults_of(read.make_ready, work) < _faults_of(work)


@pytest.mark.parametrize("at_once", [True, False])
def test_pages_are_copied_at_once_or_range_by_range(monkeypatch: pytest.MonkeyPatch, at_once: bool) -> None:
    memory = mmap.mmap(-1, 2 * _COUNT * _PAGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    memory[:] = bytes(len(memory))
    start = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    if not at_once:
        monkeypatch.setattr(kernel, "prepare_advice", lambda *_: lambda: -1)
    found = pages.Pages([(start + 2 * number * _PAGE, _PAGE) for number in range(_COUNT)])
    if not found.make_ready():
        pytest.skip("this kernel does not copy ahead")

    def work() -> None:
        for number in range(_COUNT):
            memory[2 * number * _PAGE] = 1

    assert _faults_of(found.make_ready, work) < _COUNT // 2


def test_pages_that_do_not_exist_cannot_be_copied() -> None:
    assert pages.Pages([(_PAGE, _PAGE)]).make_ready() is False


def test_where_nothing_is_told_no_pages_are_known(tmp_path: Path) -> None:
    empty = os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        assert pages.touched_by(lambda: None, empty) is None
    finally:
        os.close(empty)
