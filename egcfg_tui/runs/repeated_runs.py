"""Keeps recordings small: what a program did is written once, and traces only up to a bound.

A refresh runs its candidates anew, and most of them ran for the line before. The same program gives the same
results, so all but the first account of it are written as `"again": true` and filled in by the reader.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

from egcfg_tui.runs.json_codec import CodecError, Json

MAX_TRACED_BYTES: Final = 8_000_000
"""Most bytes of results with traces in one recording; those behind them are written without theirs."""

_AGAIN: Final = "again"


class RunsWritten:
    """Shortens the data of one event after another, on its way into the file."""

    def __init__(self, max_traced_bytes: int = MAX_TRACED_BYTES) -> None:
        self._told: dict[str, bytes] = {}
        self._traced_bytes_left = max_traced_bytes

    def shorten(self, event: str, data: dict[str, Json]) -> None:
        """Leaves out, in place, what the file has already or has no room for."""
        for program, run in _runs(event, data):
            text = json.dumps(run["results"], separators=(",", ":"))
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
            if self._told.get(program) == digest:
                del run["results"]
                run[_AGAIN] = True
                continue
            self._told[program] = digest
            self._traced_bytes_left -= len(text)
            if self._traced_bytes_left < 0:
                run["results"] = [{**result, "trace": None} for result in run["results"]]


class RunsRead:
    """Fills in what `RunsWritten` left out."""

    def __init__(self) -> None:
        self._told: dict[str, Json] = {}

    def complete(self, event: str, data: Any) -> None:
        """Puts it back in place. Raises `CodecError` where the file has no earlier account."""
        for program, run in _runs(event, data):
            if "results" in run:
                self._told[program] = run["results"]
            elif run.get(_AGAIN):
                if program not in self._told:
                    raise CodecError("data tells of a run that no earlier line has; the file is damaged")
                run["results"] = self._told[program]


def _runs(event: str, data: Any) -> Iterator[tuple[str, dict[str, Json]]]:
    """The runs that an event tells of, each with its program."""
    if not isinstance(data, dict):
        return
    if event == "CodeExecuted" and data.get("executed"):
        yield str(data["executed"]), data
    elif event == "CandidatesExecuted" and isinstance(data.get("runs"), list):
        for run in data["runs"]:
            if isinstance(run, dict) and isinstance(run.get("source"), str):
                yield run["source"], run
