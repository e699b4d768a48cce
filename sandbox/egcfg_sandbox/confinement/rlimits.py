"""Limits of the kernel on each process: memory, files, processor time, number of processes."""

from __future__ import annotations

import math
import resource
from typing import Final

from egcfg_sandbox import system, trace_memory
from egcfg_sandbox.confinement.layer import Layer, Process, Role

_JUDGE_MEMORY_BYTES: Final = 2 << 30
_OWN_PROCESSES: Final = 2


class Rlimits(Layer):
    """The layer."""

    name = "rlimits"
    required = True

    def apply(self, process: Process) -> None:
        """A template's limits are its programs' as well; what it could not live with they set themselves."""
        limits = process.limits
        if process.role is Role.TEMPLATE:
            _lower(resource.RLIMIT_FSIZE, limits.file_size_bytes)
            if not system.LINUX:
                return
            trace_bytes = trace_memory.size_for(limits.trace_events)
            _lower(resource.RLIMIT_AS, process.base_mapped + limits.memory_bytes + trace_bytes)
            if process.confinement.has("user_namespace"):
                # Elsewhere the limit would count whatever else this user runs.
                _lower(resource.RLIMIT_NPROC, limits.processes + _OWN_PROCESSES)
        elif process.role is Role.PROGRAM:
            _lower(resource.RLIMIT_CPU, math.ceil(limits.cpu_s) + 1)
            _lower(resource.RLIMIT_NOFILE, limits.open_files)
        elif process.role is Role.JUDGE:
            _lower(resource.RLIMIT_FSIZE, 0)
            if system.LINUX:
                _lower(resource.RLIMIT_AS, _JUDGE_MEMORY_BYTES)


def _lower(kind: int, value: int) -> None:
    """Sets a limit for good, unless this user has a lower one anyway."""
    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    resource.setrlimit(kind, (value, value))
