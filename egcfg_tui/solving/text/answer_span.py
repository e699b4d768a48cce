"""Finds the end of a line, and the beginning and end of an answer, in text that grows token by token.

Tokens do not end where lines end: those of Qwen may hold a newline together with the next line's indent, or
several newlines. So boundaries are found in the text and not in the tokens. `reading` holds the rules.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.text.endings import DefinitionEnding, Ending, ending_of
from egcfg_tui.solving.text.open_code import lines_of
from egcfg_tui.solving.text.program import Program, program_of
from egcfg_tui.solving.text.reading import Reading

_KEPT_READINGS: Final = 512
_TOKEN_LINES: Final = 8
"""The most lines that one token may end: so many lines back an earlier reading is looked up."""

_readings: OrderedDict[tuple[Ending, str, str], Reading] = OrderedDict()


def line_is_complete(line: str) -> bool:
    """Whether the text since the last boundary holds a finished line: something visible, then a newline."""
    return "\n" in line and "\n" in line[len(line) - len(line.lstrip()) :]


def lines_in(text: str) -> int:
    """How many finished lines with something visible a text has."""
    return sum(1 for line in text.split("\n")[:-1] if line.strip())


def cut_after_lines(text: str, count: int) -> str:
    """The text up to the newline of its `count`-th finished visible line; the whole text if it has fewer."""
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
    """The position in `code` (starter included) where the answer ends, or None while it may go on.

    A whole answer ends at prose, at a fence and at other marks. An answer that must define a name also ends
    at the first line on the left margin that it does not need. The end does not depend on how the text is cut
    into tokens. The function may be called after every token, since it reads no line twice.
    """
    reading, rest = _reading(code, exercise)
    return reading.end_in(rest)


def answer_span(code: str, exercise: Exercise) -> tuple[int, int | None]:
    """The positions where the answer begins, after prose and opening fences, and where it ends."""
    reading, rest = _reading(code, exercise)
    lines = reading.chunk.lines
    return lines[0].start if lines else reading.position, reading.end_in(rest)


def answer_code(text: str, exercise: Exercise) -> str:
    """The program in a finished answer (starter included), without decoration, prose and text after its end.

    A text without code is returned unchanged.
    """
    program = _program(text, exercise)
    return text if program is None else program.code


def holds_code(text: str, exercise: Exercise) -> bool:
    """Whether a finished answer holds code, right or wrong, besides prose, thoughts and the starter."""
    program = _program(text, exercise)
    return program is not None and program.adds_code


def defines_entry_point(code: str, exercise: Exercise) -> bool:
    """Whether the header of the function or class under test is complete, or its name is bound otherwise.

    True for programs and snippets, which define no entry point.
    """
    reading, _ = _reading(code, exercise)
    if not isinstance(reading.ending, DefinitionEnding):
        return True
    return reading.ending.names_answer(reading.chunk.names_so_far)


def _program(text: str, exercise: Exercise) -> Program | None:
    reading, rest = _reading(text, exercise)
    return program_of(reading.line(f"{rest}\n") if rest else reading, cut_newline=bool(rest))


def _reading(code: str, exercise: Exercise) -> tuple[Reading, str]:
    """The reading of the finished lines, and the text of the unfinished last line."""
    ending, starter = ending_of(exercise), exercise.starter.rstrip()
    starter = f"{starter}\n" if starter and code.startswith(f"{starter}\n") else ""
    end = code.rfind("\n") + 1
    reading = _known(ending, starter, code[:end])
    for line in lines_of(code[reading.position : end]):
        reading = reading.line(line)
        _readings[ending, starter, code[: reading.position]] = reading
        if len(_readings) > _KEPT_READINGS:
            _readings.popitem(last=False)
    return reading, code[end:]


def _known(ending: Ending, starter: str, code: str) -> Reading:
    """The longest known reading of the beginning of the code."""
    end = len(code)
    for _ in range(_TOKEN_LINES):
        key = ending, starter, code[:end]
        if key in _readings:
            _readings.move_to_end(key)
            return _readings[key]
        end = code.rfind("\n", 0, max(0, end - 1)) + 1
        if end <= len(starter):
            break
    return Reading.after_starter(ending, starter)
