"""A chunk: code without a break, as the statements on its left margin."""

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
"""Statements that a further clause on the left margin may continue."""
DEFINES: Final = ("def ", "class ", "async ", "@", "import ", "from ")
"""What begins code, whatever follows; the header of another block may be a sentence with a colon."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of code without decoration, where in the text it begins, and its text there."""

    start: int
    text: str
    raw: str

    @property
    def is_remark(self) -> bool:
        """Whether it is blank, or a comment on the margin."""
        return not self.text.strip() or self.text.startswith("#")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement on the left margin. `tree` is None where it is broken: no continuation would parse."""

    lines: tuple[Line, ...]
    tree: ast.Module | None
    names: Names

    @property
    def start(self) -> int:
        """Where it begins in the text."""
        return self.lines[0].start


@dataclass(frozen=True)
class Chunk:
    """Code while it is read.

    `margin` is the indentation that all lines share, None before the first. From `open_from` on, `lines`
    belong to a statement that is open, of which `looked_at` lines were looked at: are they Python? `context`
    opens a statement in front of the first line. `kept` is where code begins of which nobody knows yet
    whether it is needed.
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
    def behind(cls, context: str) -> Chunk:
        """A chunk without lines."""
        return cls(context, open_from=0, margin="") if context else cls()

    @property
    def has_code(self) -> bool:
        """Whether there is anything but blank lines and remarks."""
        return bool(self.statements) or not all(line.is_remark for line in self.lines)

    @cached_property
    def open_lines(self) -> tuple[Line, ...]:
        """The lines of the open statement, without blank lines and remarks that may stand behind it."""
        last = len(self.lines)
        while (
            self.place.between_statements and last > (self.open_from or 0) and self.lines[last - 1].is_remark
        ):
            last -= 1
        return () if self.open_from is None else self.lines[self.open_from : last]

    @property
    def open_texts(self) -> list[str]:
        """The lines of the open statement as texts, its context in front."""
        context = [self.context] if self.context and self.open_from == 0 else []
        return [*context, *(line.text for line in self.open_lines)]

    @cached_property
    def open_text(self) -> str:
        """The text of the open statement."""
        return "".join(self.open_texts)

    @cached_property
    def open_tree(self) -> ast.Module | None:
        """The open statement where it is whole."""
        return parsed(self.open_text)

    @cached_property
    def may_stop(self) -> bool:
        """Whether nothing has to follow for the open statement to be whole, or nothing can make it so."""
        return self.open_from is None or self.open_tree is not None or not may_continue(self.open_text)

    @property
    def takes_clause(self) -> bool:
        """Whether `else` and the like may continue the open statement."""
        tree = self.open_tree if self.open_from is not None else None
        return tree is not None and bool(tree.body) and isinstance(tree.body[-1], _CONTINUED)

    @property
    def is_doubtful_header(self) -> bool:
        """Whether all there is of the open statement is a header that may be a sentence with a colon."""
        return len(self.open_lines) == 1 and not self.open_text.startswith(DEFINES)

    def with_line(self, line: Line, place: Place) -> Chunk:
        """With one line more."""
        return replace(self, lines=(*self.lines, line), place=place)

    def opened(self) -> Chunk:
        """With a statement open whose first line is the last one."""
        return replace(self, open_from=len(self.lines) - 1, looked_at=0)

    def with_statement(self, statement: Statement) -> Chunk:
        """With the open statement closed."""
        return replace(
            self,
            statements=(*self.statements, statement),
            names=self.names + statement.names,
            open_from=None,
            place=MARGIN,
        )

    @property
    def is_fresh(self) -> bool:
        """Whether nothing was read of it."""
        return not self.lines and (self.open_from == 0) == bool(self.context)

    def without_open(self) -> Chunk:
        """Without the open statement and what stands behind it."""
        return replace(self, lines=self.lines[: self.open_from], open_from=None, place=MARGIN)

    def split(self, count: int) -> tuple[Chunk, tuple[Line, ...]]:
        """With the first `count` lines of the open statement, and the other lines."""
        stop = (self.open_from or 0) + count
        return replace(self, lines=self.lines[:stop], place=MARGIN), self.lines[stop:]

    def open_statement(self) -> Statement:
        """The open lines as a statement, whole or broken. What is bound in a broken one is a stub."""
        tree = self.open_tree
        if tree is not None:
            return Statement(self.open_lines, tree, names_of(tree, self.open_text))
        begun = executable_prefix(self.open_text)
        names = names_of(ast.parse(begun), begun) if begun else NO_NAMES
        return Statement(self.open_lines, None, replace(names, stubs=names.bound))

    @property
    def names_so_far(self) -> Names:
        """The names of all statements, the open one included."""
        return self.names if self.open_from is None else self.names + self.open_statement().names

    def right_lines(self) -> int:
        """How many lines of the open statement some continuation parses with."""
        context = len(self.open_texts) - len(self.open_lines)
        return max(0, lines_that_may_continue(self.open_texts) - context)
