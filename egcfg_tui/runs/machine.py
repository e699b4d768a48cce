"""Facts about the machine that made a run, without which its times mean little."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

from egcfg_tui.system.cores import usable_cores


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine. `cores` are those that this process may use; `memory_bytes` is None if it is unknown."""

    system: str
    architecture: str
    processor: str
    cores: int
    memory_bytes: int | None
    python: str


def this_machine() -> Machine:
    """The facts of the machine that this process runs on."""
    return Machine(
        system=f"{platform.system()} {platform.release()}",
        architecture=platform.machine(),
        processor=_processor(),
        cores=usable_cores(),
        memory_bytes=_memory_bytes(),
        python=platform.python_version(),
    )


def _processor() -> str:
    """The trade name of the processor if the system gives it, else a general name."""
    try:
        with Path("/proc/cpuinfo").open(encoding="utf-8", errors="replace") as file:
            for line in file:
                if line.startswith("model name"):
                    return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor()


def _memory_bytes() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        return None
