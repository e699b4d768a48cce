"""A chunk: code that no prose or fence interrupts, as a list of the statements on its left margin."""

from __future__ import annotations

import ast
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from egcfg_tui.solving.text.continuations import lines_that_may_continue, may_continue, parsed
from egcfg_tui.solving.text.decoration import Wrapping
from egcfg_tui.solving.text.open_code import MARGIN, Place
from egcfg_tui.solving.text.prefixes import executable_prefix
from egcfg_tui.solving.text.statement_names import NO_NAMES, Names, names_of

_CONTINUED: Final = ast.If | ast.For | ast.AsyncFor | ast.While | ast.Try | ast.TryStar
"""Statements that another clause on the left margin, such as `else`, may continue."""
DEFINES: Final = ("def ", "class ", "async ", "@", "import ", "from ")
"""Beginnings of lines that are surely code; the header of another block may be a sentence with a colon."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code: its position in the text, its text without decoration, and its original text."""

    start: int
    text: str
    raw: str

    @property
    def is_remark(self) -> bool:
        """Whether the line is blank, or a comment on the margin."""
        return not self.text.strip() or self.text.startswith("#")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement on the left margin. `tree` is None if it is broken: no continuation of it would parse."""

    lines: tuple[Line, ...]
    tree: ast.Module | None
    names: Names

    @property
    def start(self) -> int:
        """The position in the text where the statement begins."""
        return self.lines[0].start


@dataclass(frozen=True)
class Chunk:
    """Code that is being read.

    `margin` is the indentation that all lines share, None before the first line. From index `open_from` on
    `lines` belong to an open statement; `looked_at` of them were checked to be Python. `context` is a header
    before the first line that opens a statement. `kept` is the position of code that may or may not turn out
    to be needed.
    """

    context: str = ""
    lines: tuple[Line, ...] = ()
    statements: tuple[Statement, ...] = ()
    names: Names = NO_NAMES
    open_from: int | None = None
    looked_at: int = 0
    margin: str | None = None
    wrapping: Wrapping | None = None
    place: Place = MARGIN
    kept: int | None = None

    @classmethod
    def after(cls, context: str) -> Chunk:
        """An empty chunk that follows `context`."""
        return cls(context, open_from=0, margin="") if context else cls()

    @property
    def has_code(self) -> bool:
        """Whether the chunk has lines other than blank lines and comments."""
        return bool(self.statements) or not all(line.is_remark for line in self.lines)

    @cached_property
    def open_lines(self) -> tuple[Line, ...]:
        """The lines of the open statement, without blank lines and comments after it."""
        last = len(self.lines)
        while (
            self.place.between_statements and last > (self.open_from or 0) and self.lines[last - 1].is_remark
        ):
            last -= 1
        return () if self.open_from is None else self.lines[self.open_from : last]

    @property
    def open_texts(self) -> list[str]:
        """The texts of the lines of the open statement, after its context."""
        context = [self.context] if self.context and self.open_from == 0 else []
        return [*context, *(line.text for line in self.open_lines)]

    @cached_property
    def open_text(self) -> str:
        """The text of the open statement."""
        return "".join(self.open_texts)

    @cached_property
    def open_tree(self) -> ast.Module | None:
        """The syntax tree of the open statement; None if it is not whole."""
        return parsed(self.open_text)

    @cached_property
    def may_stop(self) -> bool:
        """Whether the open statement may end here: it is whole, or no continuation can make it whole."""
        return self.open_from is None or self.open_tree is not None or not may_continue(self.open_text)

    @property
    def takes_clause(self) -> bool:
        """Whether a clause such as `else` may continue the open statement."""
        tree = self.open_tree if self.open_from is not None else None
        return tree is not None and bool(tree.body) and isinstance(tree.body[-1], _CONTINUED)

    @property
    def is_doubtful_header(self) -> bool:
        """Whether the open statement is only a header, which may be a sentence with a colon."""
        return len(self.open_lines) == 1 and not self.open_text.startswith(DEFINES)

    def with_line(self, line: Line, place: Place) -> Chunk:
        """The chunk with one more line."""
        return replace(self, lines=(*self.lines, line), place=place)

    def opened(self) -> Chunk:
        """The chunk with an open statement that begins with the last line."""
        return replace(self, open_from=len(self.lines) - 1, looked_at=0)

    def with_statement(self, statement: Statement) -> Chunk:
        """The chunk with the open statement closed."""
        return replace(
            self,
            statements=(*self.statements, statement),
            names=self.names + statement.names,
            open_from=None,
            place=MARGIN,
        )

    @property
    def is_fresh(self) -> bool:
        """Whether no line of the chunk was read."""
        return not self.lines and (self.open_from == 0) == bool(self.context)

    def without_open(self) -> Chunk:
        """The chunk without the open statement and the lines after it."""
        return replace(self, lines=self.lines[: self.open_from], open_from=None, place=MARGIN)

    def split(self, count: int) -> tuple[Chunk, tuple[Line, ...]]:
        """The chunk with only the first `count` lines of the open statement, and the other lines."""
        stop = (self.open_from or 0) + count
        return replace(self, lines=self.lines[:stop], place=MARGIN), self.lines[stop:]

    def open_statement(self) -> Statement:
        """The open lines as a statement, whole or broken. Names that a broken one binds count as stubs."""
        tree = self.open_tree
        if tree is not None:
            return Statement(self.open_lines, tree, names_of(tree, self.open_text))
        begun = executable_prefix(self.open_text)
        names = names_of(ast.parse(begun), begun) if begun else NO_NAMES
        return Statement(self.open_lines, None, replace(names, stubs=names.bound))

    @property
    def names_so_far(self) -> Names:
        """The names of all statements and of the open one."""
        return self.names if self.open_from is None else self.names + self.open_statement().names

    def right_lines(self) -> int:
        """How many lines of the open statement are Python: some continuation of them parses."""
        context = len(self.open_texts) - len(self.open_lines)
        return max(0, lines_that_may_continue(self.open_texts) - context)
