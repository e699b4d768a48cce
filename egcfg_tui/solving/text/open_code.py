"""Just enough of Python's lexical rules for code that is still being written."""

from __future__ import annotations

import re
from typing import Final

# Comments and strings come first, so that what stands inside them is passed over. A string that is still
# open reaches to the end of its line, a triple-quoted one to the end of the text.
_TOKEN: Final = re.compile(
    r"(?P<comment>\#[^\n]*)"
    r"|(?P<quotes>'''|\"\"\")(?:\\.|(?!(?P=quotes)).)*(?P<closed>(?P=quotes))?"
    r"|'(?:\\.|[^'\\\n])*'?|\"(?:\\.|[^\"\\\n])*\"?"
    r"|(?P<opens>[(\[{])|(?P<closes>[)\]}])|(?P<colon>:)|(?P<newline>\n)",
    re.DOTALL,
)


def inside_string(code: str) -> bool:
    """Whether the text ends inside a triple-quoted string, where the left margin means nothing."""
    return any(match["quotes"] and match["closed"] is None for match in _TOKEN.finditer(code))


def header_end(code: str, start: int) -> int | None:
    """Where the line ends on which the header of the `def` or `class` at `start` ends, newline included.

    None while the header, or that line, is not complete.
    """
    depth, ended = 0, False
    for match in _TOKEN.finditer(code, start):
        if match["opens"]:
            depth += 1
        elif match["closes"]:
            depth -= 1
        elif match["colon"] and depth <= 0:
            ended = True
        elif match["newline"] and ended:
            return match.end()
    return None
