"""Every version of Landlock that this kernel knows confines what that version can."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from egcfg_sandbox.confinement import landlock
from egcfg_sandbox.linux import kernel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Landlock is Linux's")
_NEWEST = 8


def _version() -> int:
    try:
        return landlock.version() if sys.platform == "linux" else 0
    except OSError:
        return 0


def _succeeds(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


def _confined(abi: int, readable: Path, writable: Path, attempts: list[Callable[[], object]]) -> list[bool]:
    """Which attempts succeed in a child confined by that version."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            kernel.forbid_new_privileges()
            landlock.confine(landlock.prepare(abi, [str(readable)], ["/dev/null"], [str(writable)]))
            os.write(writer, bytes(_succeeds(attempt) for attempt in attempts))
        finally:
            os._exit(0)
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as found:
        return [bool(one) for one in found.read()]


@pytest.mark.parametrize("abi", range(1, _NEWEST + 1))
def test_files_and_ports_are_out_of_reach(tmp_path: Path, abi: int) -> None:
    if _version() < abi:
        pytest.skip(f"this kernel has version {_version()} of Landlock")
    for name in ("readable", "writable", "closed"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text("text")
    readable, writable, closed = (tmp_path / name for name in ("readable", "writable", "closed"))
    found = _confined(
        abi,
        readable,
        writable,
        [
            (readable / "file").read_text,
            (writable / "new").touch,
            lambda: (writable / "file").write_text("other"),
            lambda: Path("/dev/null").write_text("x"),
            (closed / "file").read_text,
            lambda: (readable / "file").write_text("other"),
            (readable / "new").touch,
            lambda: list(closed.iterdir()),
            lambda: os.execv("/bin/true", ["true"]),
            lambda: os.truncate(readable / "file", 0),
            lambda: socket.socket().bind(("127.0.0.1", 0)),
        ],
    )
    allowed, refused, (truncated, bound) = found[:4], found[4:9], found[9:]
    assert allowed == [True] * 4
    assert refused == [False] * 5
    # What came with later versions; until then the filter of system calls and the mounts stand alone.
    assert truncated is (abi < 3)
    assert bound is (abi < 4)
