"""Finds the line of every key in a TOML text, which the standard library's reader does not give."""

from __future__ import annotations

import re
from typing import Final

_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.\"' -]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"\s*([\w-]+|\"[^\"]*\"|'[^']*')\s*=\s*(.*)$")
_DELIMITERS: Final = ('"' * 3, "'" * 3)


def key_lines(text: str) -> dict[str, int]:
    """The lines (from 1) by key: `title`, `visible.2` (the header of the second test), `visible.2.code`.

    The text must be valid TOML. Keys inside inline tables are not listed.
    """
    lines: dict[str, int] = {}
    counts: dict[str, int] = {}
    prefix = ""
    open_delimiter = ""
    for number, line in enumerate(text.split("\n"), start=1):
        if open_delimiter:
            open_delimiter = "" if open_delimiter in line else open_delimiter
        elif header := _HEADER.match(line):
            name = header[2].strip("\"'")
            if header[1] == "[[":
                counts[name] = counts.get(name, 0) + 1
                lines.setdefault(name, number)
                name = f"{name}.{counts[name]}"
            lines.setdefault(name, number)
            prefix = f"{name}."
        elif key := _KEY.match(line):
            lines.setdefault(prefix + key[1].strip("\"'"), number)
            open_delimiter = _opened(key[2])
    return lines


def _opened(value: str) -> str:
    """The delimiter of a multi-line string that starts in this value and does not end in its line, or ""."""
    for delimiter in _DELIMITERS:
        if value.startswith(delimiter):
            return "" if delimiter in value[len(delimiter) :] else delimiter
    return ""
