"""What the program and all its descendants use together, read from outside their view."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_UNKNOWN_BASE: Final = 64 << 20
_TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Consumption:
    """Sums over a process and its descendants, their state at the start not counted."""

    cpu_s: float
    resident_bytes: int
    mapped_bytes: int


class Usage:
    """Reads the host's /proc, by a descriptor that the program does not have, for all below this process."""

    def __init__(self, proc: int | None) -> None:
        self._proc = proc
        self._left_out: set[int] = set()
        self._root: int | None = None
        self.base_mapped, self._base_resident = _UNKNOWN_BASE, 0
        if proc is not None:
            try:
                self._root = int(os.readlink("self", dir_fd=proc))
            except OSError:
                return
            self.base_mapped, self._base_resident = self._memory(self._root) or (_UNKNOWN_BASE, 0)

    def leave_out_self(self) -> None:
        """Counts this process no more: it is a child of the one this was made in, but no program."""
        if self._proc is not None and self._root is not None:
            self._left_out.add(int(os.readlink("self", dir_fd=self._proc)))

    def now(self) -> Consumption | None:
        """The sums at this moment, None where /proc cannot be read."""
        if self._root is None:
            return None
        cpu_s = 0.0
        resident = mapped = 0
        for pid in self._descendants(self._root):
            memory = self._memory(pid)
            if memory is None:
                continue
            mapped += max(0, memory[0] - self.base_mapped)
            resident += max(0, memory[1] - self._base_resident)
            cpu_s += self._cpu_s(pid)
        return Consumption(cpu_s, resident, mapped)

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

    def _memory(self, pid: int) -> tuple[int, int] | None:
        """Mapped bytes and resident bytes that no file stands behind."""
        mapped = resident = 0
        for line in self._read(f"{pid}/status").splitlines():
            name, _, rest = line.partition(":")
            if name == "VmSize":
                mapped = int(rest.split()[0]) * 1024
            elif name in ("RssAnon", "RssShmem"):
                resident += int(rest.split()[0]) * 1024
        return (mapped, resident) if mapped else None

    def _cpu_s(self, pid: int) -> float:
        fields = self._read(f"{pid}/stat").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / _TICKS if len(fields) > 15 else 0.0
