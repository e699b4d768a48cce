"""Adds the row of the code to the line events of recordings by earlier versions."""

from __future__ import annotations

import dataclasses

from egcfg_tui.runs.json_codec import Json
from egcfg_tui.runs.schema import EVENT_TYPES
from egcfg_tui.solving.text.rows import next_row, row_of

_WITH_ROW = {
    name for name, kind in EVENT_TYPES.items() if "row" in {field.name for field in dataclasses.fields(kind)}
}


class Rows:
    """Follows the code through a recording, from its first event on, and computes missing rows."""

    def __init__(self) -> None:
        self._starter = ""
        self._code = ""

    def completed(self, event: str, data: Json) -> Json:
        """The data of the next event, with a row added if its class has one and the data lacks it."""
        if not isinstance(data, dict):
            return data
        code, starter, text = (str(data.get(name, "")) for name in ("code", "starter", "text"))
        if event == "SolveStarted":
            self._starter = self._code = starter
        elif event == "TrialStarted":
            self._code = self._starter
        elif event in ("LineChosen", "LinesRewound"):
            self._code = code
        if event not in _WITH_ROW or "row" in data:
            return data
        row = row_of(text, code) if event == "LineChosen" else next_row(self._code)
        return {**data, "row": row}
