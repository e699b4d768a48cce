"""Extracts the program from a text that was read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from egcfg_tui.solving.text.chunk import Chunk, Line, Statement
from egcfg_tui.solving.text.reading import Reading


@dataclass(frozen=True, slots=True)
class Program:
    """The code of an answer. `adds_code`: it has more code than the starter."""

    code: str
    adds_code: bool


def program_of(reading: Reading, *, cut_newline: bool) -> Program | None:
    """The program of a text that was read to its end; None if the text holds no code.

    It is the chunk that holds the answer, or the one that comes nearest to it, together with the statements
    of the starter that this chunk does not repeat and the statements of earlier chunks that it needs.
    `cut_newline`: the last newline of the text was added for reading.
    """
    current, closed, end = reading.chunk, reading.closed, reading.closed.end
    chunks = [*reading.earlier, current]
    if reading.ending.is_whole(closed.chunk):
        best = len(chunks) - 1
    else:
        best = max(range(len(chunks)), key=lambda number: _rank(reading, chunks[number]))
    chunk = chunks[best]
    lines = [line for line in chunk.lines if end is None or chunk is not current or line.start < end]
    if not any(not line.is_remark for line in lines):
        return None
    code = _text(lines)
    if cut_newline and chunk is current and reading.end is None:
        code = code.removesuffix("\n")
    needed = _text(line for statement in _needed(reading, chunk, chunks[:best]) for line in statement.lines)
    if needed and not needed.endswith("\n"):
        needed += "\n"
    return Program(needed + code, any(_adds(reading, line) for line in lines))


def _rank(reading: Reading, chunk: Chunk) -> tuple[bool, bool, int]:
    """Orders chunks without a whole answer by how near they are to one."""
    lines = sum(_adds(reading, line) for line in chunk.lines)
    return bool(lines), reading.ending.names_answer(chunk.names_so_far), lines


def _adds(reading: Reading, line: Line) -> bool:
    return not line.is_remark and line.start >= len(reading.starter)


def _needed(reading: Reading, chunk: Chunk, earlier: Iterable[Chunk]) -> list[Statement]:
    """The statements before a chunk that belong to its program."""
    names = chunk.names_so_far
    needed: list[Statement] = []
    for statement in reversed([statement for other in earlier for statement in other.statements]):
        given = statement.start < len(reading.starter)
        bound = statement.names.bound
        if (given and not (bound and bound <= names.bound)) or bound & names.missing:
            needed.append(statement)
            names = names + statement.names
    return needed[::-1]


def _text(lines: Iterable[Line]) -> str:
    return "".join(line.text for line in lines)
