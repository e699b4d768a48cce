"""What Linux and macOS do differently around processes and descriptors."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import Final

from egcfg_sandbox.linux import kernel

LINUX: Final = sys.platform == "linux"
ALIVE: Final = b"alive"
_PID_BYTES: Final = 8
_STOPPED: Final = frozenset("Tt")
MOST_DESCRIPTORS: Final = 4096
"""Above every number of a descriptor that is ever open."""


def _state(pid: int) -> tuple[str, int]:
    """The letter by which /proc names a process's state, and its parent."""
    state, parent = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()[:2]
    return state, int(parent)


def _text(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(descriptor, 4096).decode("ascii", "replace")
    finally:
        os.close(descriptor)


class Identity:
    """A process that another one may kill. On Linux this never kills a later process with the same number."""

    def __init__(self, pid: int, pidfd: int | None) -> None:
        self._pid = pid
        self._pidfd = pidfd

    def stopped(self) -> int | None:
        """Process id, for the caller, of this process or its parent when a signal has stopped it.

        None where neither has been, or where that cannot be seen.
        """
        if self._pidfd is None:
            return None
        try:
            known = _text(f"/proc/self/fdinfo/{self._pidfd}")
            pid = int(known.partition("Pid:")[2].split()[0])
            state, parent = _state(pid)
            if state in _STOPPED:
                return pid
            return parent if _state(parent)[0] in _STOPPED else None
        except (OSError, ValueError, IndexError):
            return None

    def kill(self) -> None:
        """Kills it and forgets it; one that has gone is fine."""
        try:
            if self._pidfd is not None:
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
            elif not LINUX:
                os.kill(self._pid, signal.SIGKILL)
        except OSError:
            pass
        finally:
            if self._pidfd is not None:
                os.close(self._pidfd)
            self._pidfd = None


def introduce(channel: socket.socket) -> None:
    """Reports to the other end that this process has started, with the means to kill it."""
    payload = ALIVE + os.getpid().to_bytes(_PID_BYTES, "little")
    if not LINUX:
        channel.sendall(payload)
        return
    pidfd = os.pidfd_open(os.getpid())
    socket.send_fds(channel, [payload], [pidfd])
    os.close(pidfd)


def meet(channel: socket.socket) -> Identity | None:
    """Who introduced itself at the other end; None when nobody did."""
    payload, descriptors, _, _ = socket.recv_fds(channel, len(ALIVE) + _PID_BYTES, 1)
    if not payload.startswith(ALIVE):
        return None
    return Identity(int.from_bytes(payload[len(ALIVE) :], "little"), descriptors[0] if descriptors else None)


def fault_in_child(attempt: Callable[[], object]) -> str:
    """Tries something in a child process; returns why it failed, or an empty text."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            attempt()
        except OSError as error:
            os.write(writer, str(error).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as answer:
        reason = answer.read().decode("utf-8", "replace")
    os.waitpid(child, 0)
    return reason


def death_descriptor(pid: int) -> int | None:
    """A descriptor that becomes readable when a child ends, on systems that have one."""
    return os.pidfd_open(pid) if LINUX else None


def shared_file(size: int) -> int:
    """A file without a name, of a size that cannot be changed where the system can promise that."""
    if LINUX:
        return kernel.sealed_memory(size)
    import tempfile  # large, and not needed on Linux

    descriptor, path = tempfile.mkstemp()
    os.unlink(path)  # noqa: PTH108
    os.ftruncate(descriptor, size)
    return descriptor


def zeroing(memory: mmap.mmap) -> Callable[[], None]:
    """What empties a mapping of a shared file, for everybody who has it."""
    if LINUX:
        return partial(memory.madvise, mmap.MADV_REMOVE)

    def overwrite() -> None:
        memory[:] = bytes(len(memory))

    return overwrite
