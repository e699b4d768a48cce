"""Reads the limits of Linux control groups (cgroups, versions 1 and 2) that hold for this process."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

MEMBERSHIP: Final = Path("/proc/self/cgroup")
MOUNT: Final = Path("/sys/fs/cgroup")


def folders(controller: str) -> Iterator[Path]:
    """The folders that may hold the files of a controller (`cpu`, `memory`).

    They belong to this process's group and to its parent groups. A container may see its own group at the
    root, even if the membership file names a longer path, so the root is always among them.
    """
    for line in text(MEMBERSHIP).splitlines():
        _, _, rest = line.partition(":")
        names, _, path = rest.partition(":")
        if not names:
            roots = [MOUNT]
        elif controller in names.split(","):
            roots = [MOUNT / names, MOUNT / controller]
        else:
            continue
        group = Path(path.lstrip("/"))
        for root in roots:
            yield from (root / part for part in (group, *group.parents))


def text(path: Path) -> str:
    """The content of a file; empty when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def number(path: Path) -> int | None:
    """The number in a file; None without one: a group without a limit has a word there instead."""
    found = text(path).strip()
    return int(found) if found.isdigit() else None
