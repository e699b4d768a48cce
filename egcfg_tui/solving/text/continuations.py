"""Decides whether a text is Python, which means that some continuation of it parses."""

from __future__ import annotations

import ast
import codeop
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from egcfg_tui.solving.text.open_code import place_after

# With this flag the parser distinguishes wrong code from code that is only incomplete.
_INCOMPLETE: Final[int] = codeop.PyCF_ALLOW_INCOMPLETE_INPUT  # type: ignore[attr-defined]
_FLAGS: Final = ast.PyCF_ONLY_AST | _INCOMPLETE
# A last token that more text may change into another one.
_LAST_TOKEN: Final = re.compile(r"(?:\d[\w.]*[eE][-+]\w*|[\w.]+|[-+*/%@&|^~<>=!:]+|[\\\r]+)\Z")


def parsed(code: str) -> ast.Module | None:
    """The syntax tree of whole code; None if it does not parse without a continuation."""
    return _parse(code)[0]


def may_continue(code: str) -> bool:
    """Whether finished lines parse, or would parse with some lines after them."""
    return _may_continue(code, line_is_finished=True)


def line_may_continue(code: str) -> bool:
    """Like `may_continue`, but the last line and its last token may still grow."""
    place = place_after(code)
    if place is None:
        return False
    if not place.quotes:
        code = _LAST_TOKEN.sub("", code)
    return _may_continue(code, line_is_finished=False)


def lines_that_may_continue(lines: Sequence[str]) -> int:
    """The largest number of finished lines that some continuation parses with.

    The number of parses grows with the logarithm of the number of lines.
    """
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        if may_continue("".join(lines[:middle])):
            low = middle
        else:
            high = middle - 1
    return low


def _may_continue(code: str, *, line_is_finished: bool) -> bool:
    place = place_after(code)
    if place is None:
        return False
    # If the parser asks for one more token than there is, it has accepted all the others.
    if place.quotes:
        code = f"{code}{place.quotes} \\\n"
    elif not line_is_finished:
        code = f"{code} \\\n"
    tree, incomplete = _parse(code)
    return tree is not None or incomplete


@lru_cache(maxsize=256)
def _parse(code: str) -> tuple[ast.Module | None, bool]:
    """The syntax tree, or None; and whether code that does not parse is right up to its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            tree = compile(code, "answer", "exec", _FLAGS, dont_inherit=True)
        except SyntaxError as error:
            return None, error.msg == "incomplete input"
        except (ValueError, MemoryError, RecursionError):
            return None, False
    return (tree, False) if isinstance(tree, ast.Module) else (None, False)
