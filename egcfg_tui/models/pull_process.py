"""Pulls one model in a process of its own: `python -m egcfg_tui.models.pull_process NAME`.

Standard output gets one JSON object per line: `{"done", "total", "rate"}` in bytes and bytes per second,
`{"said"}`, and at the end `{"path"}` or `{"error"}`. SIGTERM ends the process at once; the bytes that have
arrived stay on disk for the next pull.
"""

from __future__ import annotations

import json
import signal
import sys
from types import FrameType

from egcfg_tui.models.catalogue_file import load_catalogue
from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.pulling import pull
from egcfg_tui.models.wanted import wanted_entry


def main(name: str) -> int:
    """Pulls the model of this name. Returns 0 if its file is there, 3 after an error, 130 if it was ended."""
    signal.signal(signal.SIGTERM, _end)
    try:
        entry = wanted_entry(name, load_catalogue())
        if entry is None:
            raise ModelError(f"{name!r} is neither a model of the catalogue nor of the form hf:org/repo/file")
        path = pull(
            entry,
            progress=lambda done, total, rate: _tell(done=done, total=total, rate=rate),
            narrate=lambda text: _tell(said=text),
        )
    except ModelError as error:
        _tell(error=str(error))
        return 3
    except (KeyboardInterrupt, BrokenPipeError):
        return 130
    _tell(path=str(path))
    return 0


def _end(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _tell(**values: object) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
