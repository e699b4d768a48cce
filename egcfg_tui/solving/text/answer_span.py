"""Where a line ends, and where an answer begins and ends, in text that grows token by token.

Tokens do not respect lines: Qwen's hold a newline together with the next line's indent, or several
newlines. So boundaries are found in the text, never by token. A function or class ends as soon as it
needs nothing that follows, since small models go on with prints, asserts and further functions.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Final

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python.snippets import open_function
from egcfg_tui.exercises.python.source import definitions
from egcfg_tui.exercises.python.stubs import is_empty
from egcfg_tui.prompting.task import FENCE
from egcfg_tui.solving.text.open_code import header_end, inside_string
from egcfg_tui.solving.text.undefined_names import missing_names

_MARGIN: Final = re.compile(r"^(?=\S)", re.MULTILINE)
# Words in a row of which the first has a capital are not Python: an explanation begins.
_PROSE: Final = re.compile(r"(?:[-*>] +)?[A-Z][\w'’]*(?:,? [\w'’`()]+){2}|[A-Z]\w*[!:]\s*\n|\*\*")
# What may stand between an answer and a definition that it still lacks.
_MAY_DEFINE: Final = re.compile(
    r"[#@]|(?:async|def|class|from|import|try|except)\b|[A-Za-z_][\w, \t]*(?::[^=\n]*)?=(?!=)"
)
# The beginning of a line that may yet turn out as one of those.
_NAMES: Final = re.compile(r"[A-Za-z_][\w, \t]*(?::[^=\n]*)?")

_SNIPPET_ENDS: Final = re.compile(r"</code>|(?:#+ *)?END (?:OF )?SOLUTION")


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

    It ends at a closing fence. A function or class also ends at the first text on the left margin once it is
    whole and every name it uses is defined; while names are missing, definitions that follow belong to it.
    A program ends where prose begins too; so does a snippet, which also ends with the function that it
    stands in, and at a print once all wanted variables are there. Text that comes in tokens ends where the
    same text would that comes at once. Call it after every token: it reads the lines on the left margin and
    parses no code twice.
    """
    return answer_span(code, exercise)[1]


def answer_code(text: str, exercise: Exercise) -> str:
    """The program in a finished answer (starter included): without prose, fences and what lies behind it."""
    begin, end = answer_span(text, exercise)
    code = text[begin:end]
    if begin == 0 or not code.strip():
        return text[:end]
    return f"{exercise.starter.rstrip()}\n{code}" if exercise.starter.strip() else code


def answer_span(code: str, exercise: Exercise) -> tuple[int, int | None]:
    """Where the answer begins, behind prose and opening fences, and where it ends, as `answer_end`."""
    if exercise.kind is ExerciseKind.DATA:
        return _snippet_span(code, exercise)
    begin = 0
    kept: int | None = None
    needed: frozenset[str] = frozenset()
    # The lines of the starter belong to the answer, whatever they are.
    for match in _MARGIN.finditer(code, len(exercise.starter.rstrip())):
        start = match.start()
        newline = code.find("\n", start)
        whole = newline >= 0
        line = code[start : newline + 1] if whole else code[start:]
        if line.startswith(FENCE):
            written = code[begin:start]
            if inside_string(written):
                continue
            if _is_answer(written, exercise):
                return begin, start
            if not whole:
                return begin, None
            begin = newline + 1
        elif _PROSE.match(line) and not code[begin:start].strip():
            begin = newline + 1 if whole else len(code)
        elif exercise.kind is ExerciseKind.STDIN:
            if _PROSE.match(line) and _parsed(code[begin:start]) is not None:
                return begin, start
        elif defines_entry_point(code[begin:start], exercise):
            missing = _missing(code[begin:start], exercise.entry_point or "", exercise.also)
            if missing is None:
                continue
            if needed - missing:
                kept = None
            needed = missing
            if not needed:
                return begin, start if kept is None else kept
            may_define = _MAY_DEFINE.match(line)
            if not may_define and (whole or not _NAMES.fullmatch(line)):
                return begin, start if kept is None else kept
            if not whole:
                return begin, None
            kept = start if kept is None else kept
    return begin, None


def defines_entry_point(code: str, exercise: Exercise) -> bool:
    """Whether the header of the function or class under test is complete.

    Always so for a program and for a snippet, which have none.
    """
    if exercise.kind in (ExerciseKind.STDIN, ExerciseKind.DATA) or exercise.entry_point is None:
        return True
    pattern = rf"^(?:async[ \t]+def|def|class)[ \t]+{re.escape(exercise.entry_point)}\b"
    found = re.search(pattern, code, re.MULTILINE)
    return found is not None and header_end(code, found.start()) is not None


def _snippet_span(code: str, exercise: Exercise) -> tuple[int, int | None]:
    begin = 0
    inside = open_function(exercise.given) is not None
    for match in _MARGIN.finditer(code):
        start = match.start()
        newline = code.find("\n", start)
        line = code[start : newline + 1] if newline >= 0 else code[start:]
        written = code[begin:start]
        if inside_string(written):
            continue
        whole = bool(written.strip()) and (inside or _parsed(written) is not None)
        if line.startswith(FENCE):
            if whole or newline < 0:
                return begin, start if whole else None
            begin = newline + 1
        elif _PROSE.match(line) and not written.strip():
            begin = newline + 1 if newline >= 0 else len(code)
        elif _SNIPPET_ENDS.match(line) or (whole and _ends_snippet(line, written, exercise, inside=inside)):
            return begin, start
    return begin, None


def _ends_snippet(line: str, written: str, exercise: Exercise, *, inside: bool) -> bool:
    """Whether a line on the left margin is no part of the snippet in front of it."""
    if inside:
        return line[0] not in "#)]}"
    if _PROSE.match(line):
        return True
    tree = _parsed(written)
    wanted = {name for name in (exercise.entry_point, *exercise.also) if name}
    return (
        line.startswith("print(") and bool(wanted) and tree is not None and wanted <= definitions(tree).keys()
    )


def _is_answer(code: str, exercise: Exercise) -> bool:
    """Whether there is something that a fence could close."""
    if exercise.kind is ExerciseKind.STDIN:
        return bool(code.strip()) and _parsed(code) is not None
    return defines_entry_point(code, exercise)


@lru_cache(maxsize=64)
def _missing(code: str, entry_point: str, also: tuple[str, ...]) -> frozenset[str] | None:
    """The names that code with a whole entry point still lacks, those of `also` among them.

    None while it is cut in the middle of something, or the function under test is a mere stub.
    """
    tree = _parsed(code)
    if tree is None:
        return None
    defined = definitions(tree)
    node = defined.get(entry_point)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and is_empty(node):
        return None
    return missing_names(code).union(name for name in also if name not in defined)


@lru_cache(maxsize=64)
def _parsed(code: str) -> ast.Module | None:
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
