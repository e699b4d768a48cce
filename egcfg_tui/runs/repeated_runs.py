"""Keeps recordings small: the results of a program are written only once, and traces only up to a limit.

Most candidates of a refresh were already run for an earlier line, and the same program gives the same
results. So later runs of it are written as `"again": true`, and the reader fills in the results of the first.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from egcfg_tui.runs.json_codec import CodecError, Json

MAX_TRACED_BYTES: Final = 8_000_000
"""The most bytes of results with traces in one recording; later results are written without traces."""

_AGAIN: Final = "again"


class RunsWritten:
    """Shortens the data of one event after another before it is written."""

    def __init__(self, max_traced_bytes: int = MAX_TRACED_BYTES) -> None:
        self._digests: dict[str, bytes] = {}
        self._traced_bytes_left = max_traced_bytes

    def shorten(self, event: str, data: dict[str, Json]) -> None:
        """Removes from `data` the results that the file already has, and traces beyond the limit."""
        for program, run in _runs(event, data):
            text = json.dumps(run["results"], separators=(",", ":"))
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if self._digests.get(program) == digest:
                del run["results"]
                run[_AGAIN] = True
                continue
            self._digests[program] = digest
            self._traced_bytes_left -= len(text)
            if self._traced_bytes_left < 0:
                run["results"] = [{**result, "trace": None} for result in run["results"]]


class RunsRead:
    """Fills in the results that `RunsWritten` left out."""

    def __init__(self) -> None:
        self._results: dict[str, Json] = {}

    def complete(self, event: str, data: Any) -> None:
        """Adds the missing results to `data`. Raises `CodecError` if no earlier event has them."""
        for program, run in _runs(event, data):
            if "results" in run:
                self._results[program] = run["results"]
            elif run.get(_AGAIN):
                if program not in self._results:
                    raise CodecError("data refers to a run that no earlier line has; the file is damaged")
                run["results"] = self._results[program]


def _runs(event: str, data: Any) -> Iterator[tuple[str, dict[str, Json]]]:
    """The runs in an event's data, each with the text of its program."""
    if not isinstance(data, dict):
        return
    if event == "CodeExecuted" and data.get("executed"):
        yield str(data["executed"]), data
    elif event == "CandidatesExecuted" and isinstance(data.get("runs"), list):
        for run in data["runs"]:
            if isinstance(run, dict) and isinstance(run.get("source"), str):
                yield run["source"], run
