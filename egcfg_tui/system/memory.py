"""How much memory a new process can have."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

from egcfg_tui.system import control_groups

MEMINFO: Final = Path("/proc/meminfo")


def available_bytes() -> int | None:
    """Memory that a new process can use without making others swap; None when the system does not say."""
    known = [_free_on_macos() if sys.platform == "darwin" else _free_on_linux(), *_left_in_groups()]
    return min((value for value in known if value is not None), default=None)


def _free_on_linux() -> int | None:
    match = re.search(r"^MemAvailable:\s*(\d+) kB$", control_groups.text(MEMINFO), re.MULTILINE)
    return int(match[1]) * 1024 if match else None


def _left_in_groups() -> list[int]:
    """The bytes that each control group of the process still allows.

    Cached file pages count as free, since the kernel drops them on demand.
    """
    left = []
    for folder in control_groups.folders("memory"):
        for limit_file, used_file in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            limit, used = (control_groups.number(folder / name) for name in (limit_file, used_file))
            if limit is None or used is None:
                continue
            pages = re.search(
                r"^(?:file|total_cache) (\d+)$", control_groups.text(folder / "memory.stat"), re.MULTILINE
            )
            left.append(max(0, limit - used + (int(pages[1]) if pages else 0)))
    return left


def _free_on_macos() -> int | None:
    try:
        output = subprocess.run(["vm_stat"], capture_output=True, encoding="utf-8", timeout=5).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    page = re.search(r"page size of (\d+) bytes", output)
    pages = re.findall(r"^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)\.", output, re.MULTILINE)
    return int(page[1]) * sum(map(int, pages)) if page and pages else None
