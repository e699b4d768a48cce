"""How many cores this process may use."""

from __future__ import annotations

import os

from egcfg_tui.system import control_groups


def usable_cores() -> int:
    """The cores that the scheduler allows, at most the quota of the process's control groups; at least 1.

    The quota is rounded down: a thread that has used it up stops, and all others wait at the next barrier.
    """
    quota = min(_quotas(), default=None)
    allowed = _allowed()
    return allowed if quota is None else max(1, min(allowed, int(quota)))


def _allowed() -> int:
    """Cores that the scheduler may put the process on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _quotas() -> list[float]:
    """The quota of every control group that the process is in, in cores."""
    quotas = []
    for folder in control_groups.folders("cpu"):
        # Version 2 has both numbers in one file. Without a limit the file says `max 100000`.
        words = control_groups.text(folder / "cpu.max").split() or [
            control_groups.text(folder / "cpu.cfs_quota_us").strip(),
            control_groups.text(folder / "cpu.cfs_period_us").strip(),
        ]
        if len(words) == 2 and all(word.isdigit() for word in words) and int(words[1]):
            quotas.append(int(words[0]) / int(words[1]))
    return quotas
