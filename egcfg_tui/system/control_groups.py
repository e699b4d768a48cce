"""The limits that Linux's control groups set to this process: of version 2, and of version 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

MEMBERSHIP: Final = Path("/proc/self/cgroup")
MOUNT: Final = Path("/sys/fs/cgroup")


def folders(controller: str) -> Iterator[Path]:
    """The folders that may hold files of a controller (`cpu`, `memory`): those of this process's group and of
    the groups around it. A container may see its own group as the root, whatever its membership says.
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
    """What a file holds; nothing when it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def number(path: Path) -> int | None:
    """The number that a file holds; None when it holds no number, as where there is no limit."""
    found = text(path).strip()
    return int(found) if found.isdigit() else None
