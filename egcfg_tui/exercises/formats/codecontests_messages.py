"""Brings CodeContests rows that protobuf wrote as JSON into the form of the published tables.

Protobuf writes field names in camel case, tables as lists of objects, languages as names, durations as
`"1.5s"` and large numbers as strings. It leaves out empty fields.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from egcfg_tui.exercises.reading.dataset_rows import Row

_TABLES: Final[dict[str, tuple[tuple[str, Any], ...]]] = {
    "public_tests": (("input", ""), ("output", "")),
    "private_tests": (("input", ""), ("output", "")),
    "generated_tests": (("input", ""), ("output", "")),
    "solutions": (("language", 0), ("solution", "")),
}
_LANGUAGES: Final = {"UNKNOWN_LANGUAGE": 0, "PYTHON": 1, "PYTHON2": 1, "CPP": 2, "PYTHON3": 3, "JAVA": 4}
_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)s")


def normalized(row: Row) -> Row:
    """The row with field names in snake case and tables as columns; unknown fields are kept."""
    values: dict[str, Any] = {}
    for name, value in row.values.items():
        key = re.sub("[A-Z]", lambda found: f"_{found[0].lower()}", name)
        if key in _TABLES and isinstance(value, list) and all(isinstance(line, dict) for line in value):
            value = _columns(value, _TABLES[key])
        elif key == "time_limit" and isinstance(value, str) and (found := _DURATION.fullmatch(value)):
            value = {"seconds": float(found[1])}
        values[key] = value
    return Row(row.place, values)


def _columns(lines: Sequence[dict[str, Any]], fields: tuple[tuple[str, Any], ...]) -> dict[str, list[Any]]:
    columns = {name: [line.get(name, default) for line in lines] for name, default in fields}
    if "language" in columns:
        columns["language"] = [_LANGUAGES.get(value, value) for value in columns["language"]]
    return columns
