"""Python in colours, line by line, coloured once."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

from pygments.token import Token
from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.styles import MUTED


class CodeColours(HighlightTheme):
    """Few colours, none of them red: red is kept for tests that do not pass."""

    STYLES: Final[dict[Any, str]] = {  # type: ignore[misc]
        Token.Comment: f"{MUTED} italic",
        Token.Keyword: "$text-accent",
        Token.Keyword.Constant: "$text-warning",
        Token.Literal.Number: "$text-warning",
        Token.Literal.String: "$text-success",
        Token.Literal.String.Doc: "$text-success 80% italic",
        Token.Name: "$foreground",
        Token.Name.Builtin: "$text-secondary",
        Token.Name.Builtin.Pseudo: "$text-secondary italic",
        Token.Name.Class: "bold $text-primary",
        Token.Name.Decorator: "$text-primary",
        Token.Name.Exception: "$text-secondary",
        Token.Name.Function: "bold $text-primary",
        Token.Operator: "$foreground 75%",
        Token.Operator.Word: "$text-accent",
        Token.Punctuation: "$foreground 75%",
    }


@lru_cache(maxsize=256)
def lines(source: str) -> tuple[Content, ...]:
    """The source's lines in colours; at least one line, none of them with a newline.

    A line that was coloured before comes from the cache: the screen asks again on every refresh.
    """
    source = visible(source)
    coloured = highlight(source, language="python", theme=CodeColours).split("\n", allow_blank=True)
    blank = source.count("\n") + 1 - len(coloured)  # the highlighter drops a newline at the end
    return (*coloured, *blank * [Content("")])


def line_after(source: str, text: str) -> tuple[Content, ...]:
    """`text` coloured as what follows `source`.

    Only `text` is coloured, unless it stands inside a triple-quoted string, which begins further up.
    """
    start = _open_string(source)
    if start is None:
        return lines(text)
    opened = source[start:]
    if opened and not opened.endswith("\n"):
        opened += "\n"
    return lines(opened + text)[opened.count("\n") :]


def _open_string(source: str) -> int | None:
    """Where a triple-quoted string starts that is still open at the end of `source`."""
    position, start, delimiter = 0, None, ""
    while True:
        if delimiter:
            end = source.find(delimiter, position)
            if end < 0:
                return start
            position, delimiter = end + 3, ""
            continue
        found = [(source.find(quote, position), quote) for quote in ('"""', "'''")]
        found = [(at, quote) for at, quote in found if at >= 0]
        if not found:
            return None
        start, delimiter = min(found)
        position = start + 3
