"""Measures what the program and its descendants use together, from outside their view."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

_UNKNOWN_BASE: Final = 64 << 20
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_FIELDS: Final = ("VmSize", "VmData", "RssAnon", "RssShmem")
# Places in /proc/PID/stat after the name: first of user and system time, last of those of the children.
_OWN_S: Final = 11
_CHILDREN_S: Final = 14


class _Memory(NamedTuple):
    """Bytes of one process; `shared`: mapped, not private, and not known to be resident."""

    mapped: int
    resident: int
    shared: int


@dataclass(frozen=True, slots=True)
class Consumption:
    """Sums over a process and its descendants, their state at the start not counted."""

    cpu_s: float
    resident_bytes: int
    mapped_bytes: int
    shared_bytes: int
    """Maps that others may share, as far as they are not resident in the process that has them."""


class Usage:
    """Reads the host's /proc, by a descriptor that the program does not have, for all below this process."""

    def __init__(self, proc: int | None) -> None:
        self._proc = proc
        self._left_out: set[int] = set()
        self._root: int | None = None
        self._base = _Memory(_UNKNOWN_BASE, 0, _UNKNOWN_BASE)
        self._seen: dict[int, float] = {}
        self._gone_s = 0.0
        if proc is not None:
            try:
                self._root = int(os.readlink("self", dir_fd=proc))
            except OSError:
                return
            self._base = self._memory(self._root) or self._base

    @property
    def base_mapped(self) -> int:
        """Address space that a process has before a program is loaded."""
        return self._base.mapped

    def start(self) -> None:
        """Forgets the processes of the run before."""
        self._seen, self._gone_s = {}, 0.0

    def leave_out_self(self) -> None:
        """Leaves out this process, which is a child of the measured one but not a program."""
        if self._proc is not None and self._root is not None:
            self._left_out.add(int(os.readlink("self", dir_fd=self._proc)))

    def now(self) -> Consumption | None:
        """The sums at this moment, None where /proc cannot be read."""
        if self._root is None:
            return None
        cpu_s = 0.0
        resident = mapped = shared = 0
        alive: dict[int, float] = {}
        for pid in self._descendants(self._root):
            alive[pid], of_children_s = self._cpu_s(pid)
            cpu_s += alive[pid] + of_children_s
            memory = self._memory(pid)
            if memory is None:
                continue
            resident += max(0, memory.resident - self._base.resident)
            mapped += max(0, memory.mapped - self._base.mapped)
            shared += max(0, memory.shared - self._base.shared)
        self._gone_s += sum(used for pid, used in self._seen.items() if alive.get(pid, -1.0) < used)
        self._seen = alive
        # A child's time goes to the parent that waits for it; nobody's child takes its time along.
        cpu_s = max(cpu_s, sum(alive.values()) + self._gone_s)
        return Consumption(cpu_s, resident, mapped, shared)

    def _read(self, path: str) -> str:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC, dir_fd=self._proc)
        except OSError:
            return ""
        try:
            return os.read(descriptor, 4096).decode("ascii", "replace")
        except OSError:
            return ""
        finally:
            os.close(descriptor)

    def _descendants(self, root: int) -> Iterator[int]:
        """Process ids below `root`, which is itself left out."""
        waiting = [root]
        while waiting:
            pid = waiting.pop()
            if pid != root and pid not in self._left_out:
                yield pid
            for child in self._read(f"{pid}/task/{pid}/children").split():
                waiting.append(int(child))

    def _memory(self, pid: int) -> _Memory | None:
        """The mapped memory of a process, and the resident part that no file backs."""
        found = dict.fromkeys(_FIELDS, 0)
        for line in self._read(f"{pid}/status").splitlines():
            name, _, rest = line.partition(":")
            if name in found:
                found[name] = int(rest.split()[0]) * 1024
        mapped, private, anonymous, shared = found.values()
        return _Memory(mapped, anonymous + shared, mapped - private - shared) if mapped else None

    def _cpu_s(self, pid: int) -> tuple[float, float]:
        """Processor seconds of a process and of the children it has waited for."""
        fields = self._read(f"{pid}/stat").rpartition(")")[2].split()
        if len(fields) <= _CHILDREN_S:
            return 0.0, 0.0
        own, of_children = fields[_OWN_S : _OWN_S + 2], fields[_CHILDREN_S - 1 : _CHILDREN_S + 1]
        return sum(map(int, own)) / _TICKS, sum(map(int, of_children)) / _TICKS
