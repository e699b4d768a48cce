"""Checksums of files, kept in a cache so that a model of half a gigabyte is read only once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from egcfg_tui.models.folders import checksum_file, make_private


def sha256_of(path: Path) -> str:
    """The sha256 of a file. It comes from the cache if path, size and time of change are unchanged.

    Raises `OSError` when the file cannot be read.
    """
    key = str(path.resolve())
    state = path.stat()
    stamp = [state.st_size, state.st_mtime_ns]
    known = _read()
    row = known.get(key)
    if isinstance(row, dict) and row.get("stamp") == stamp and isinstance(row.get("sha256"), str):
        return str(row["sha256"])
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    _write({**known, key: {"stamp": stamp, "sha256": digest}})
    return digest


def _read() -> dict[str, Any]:
    """The rows of the cache; none if it cannot be read."""
    try:
        rows = json.loads(checksum_file().read_bytes())
    except (OSError, ValueError):
        return {}
    return rows if isinstance(rows, dict) else {}


def _write(rows: dict[str, Any]) -> None:
    """Replaces the cache in one step, without rows of deleted files. A cache that cannot be written stays."""
    target = checksum_file()
    kept = {path: row for path, row in rows.items() if Path(path).exists()}
    try:
        descriptor, name = tempfile.mkstemp(dir=make_private(target.parent), prefix=target.name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(kept, file)
        Path(name).replace(target)
    except OSError:
        return
