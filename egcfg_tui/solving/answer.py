"""Where a line ends, and where an answer ends, in text that grows token by token.

Tokens do not respect lines: Qwen's hold a newline together with the next line's indent, or several
newlines. So boundaries are found in the text, never by token.
"""

from __future__ import annotations

import ast
import re
from typing import Final

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.prompting.task import FENCE

# What may stand at the left margin after the entry point and still belong to the answer.
_CONTINUES: Final = ("def ", "class ", "async ", "@", "import ", "from ", "else", "elif", "except", "finally")
_LEAVES: Final = re.compile(r"def (?:test|main)")


def line_is_complete(line: str) -> bool:
    """Whether text since the last boundary holds a finished line: something visible, then a newline."""
    return "\n" in line and "\n" in line[len(line) - len(line.lstrip()) :]


def lines_in(text: str) -> int:
    """How many finished lines with something visible on them a text holds."""
    return sum(1 for line in text.split("\n")[:-1] if line.strip())


def cut_after_lines(text: str, count: int) -> str:
    """The text up to the end of its `count`-th finished visible line, newline included; all when shorter."""
    position = 0
    while count > 0:
        end = text.find("\n", position)
        if end < 0:
            return text
        if text[position:end].strip():
            count -= 1
        position = end + 1
    return text[:position]


def answer_end(code: str, exercise: Exercise) -> int | None:
    """Where the answer ends in `code` (starter included), or None while it may go on.

    It ends at a closing fence; for functions and classes also where the left margin holds something that
    does not belong to a definition once the entry point is there: small models go on with prints and
    asserts. Only the last line is looked at, so call it after every token.
    """
    start = code.rfind("\n") + 1
    line = code[start:]
    if line.startswith(FENCE):
        return start
    if exercise.kind is ExerciseKind.STDIN or not line or line[0].isspace():
        return None
    if not _LEAVES.match(line) and any(line.startswith(c) or c.startswith(line) for c in _CONTINUES):
        return None
    before = code[:start]
    if not defines_entry_point(before, exercise) or not _parses(before):
        return None
    return start


def defines_entry_point(code: str, exercise: Exercise) -> bool:
    """Whether the header of the function or class under test is complete. Always so for a program."""
    if exercise.kind is ExerciseKind.STDIN or exercise.entry_point is None:
        return True
    name = re.escape(exercise.entry_point)
    pattern = rf"^(?:async[ \t]+def|def|class)[ \t]+{name}\b[^\n]*(?:\n[^\n]*)*?:[ \t]*(?:#[^\n]*)?\n"
    return re.search(pattern, code, re.MULTILINE) is not None


def _parses(code: str) -> bool:
    try:
        ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True
