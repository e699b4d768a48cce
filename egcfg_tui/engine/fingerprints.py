"""What saved states belong to: a model's file and the settings they were computed with."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Final

_HEAD_BYTES: Final = 1 << 20
_SAMPLES: Final = 64
_SAMPLE_BYTES: Final = 4096


def fingerprint(path: Path, *settings: object) -> str:
    """Names a model's file and settings; a few milliseconds, whatever the file's size.

    Made of size, time of change, header and samples of the weights: models of one family differ in nothing
    else, and reading all of a file would take longer than most prompts.
    """
    state = path.stat()
    digest = hashlib.sha256(repr((state.st_size, state.st_mtime_ns, settings)).encode())
    with path.open("rb") as file:
        digest.update(file.read(_HEAD_BYTES))
        for index in range(_SAMPLES):
            file.seek(state.st_size * index // _SAMPLES, os.SEEK_SET)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()
