"""The rules that end an answer, by the kind of exercise."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python.snippets import open_function
from egcfg_tui.solving.text.chunk import Chunk, Statement
from egcfg_tui.solving.text.statement_names import Names, acts, changed_names, names_called_for_effect

# Beginnings of lines that may come between an answer and a definition that it still lacks.
_MAY_DEFINE: Final = re.compile(
    r"[#@]|(?:async|def|class|from|import|try|except|setattr)\b|[^\W\d][\w.,\[\]'\" \t]*(?::[^=\n]*)?=(?!=)"
)
# The beginning of a line that may still become one of those.
_NAMES: Final = re.compile(r"[^\W\d][\w., \t]*(?::[^=\n]*)?")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_LOOPS: Final = ("for", "while", "with", "if")
_SETTERS: Final = frozenset({"setattr"})
_MAIN: Final = "__name__"
_SNIPPET_ENDS: Final = re.compile(r"#+ *END (?:OF )?SOLUTION")
_PRINT: Final = "print("
_IMPORT: Final = "import "


class Ending(Protocol):
    """The rules of one kind of exercise. Frozen, since it is a key of the kept readings."""

    @property
    def takes_all(self) -> bool:
        """Whether all code after a whole answer belongs to it."""

    @property
    def context(self) -> str:
        """A header before the answer that opens a statement; empty for none."""

    @property
    def given_names(self) -> frozenset[str]:
        """The names that the answer may use without binding them."""

    def names_answer(self, names: Names) -> bool:
        """Whether the names show that the answer has begun what the exercise asks for."""

    def is_whole(self, chunk: Chunk) -> bool:
        """Whether the chunk holds a whole answer, which prose or a fence after it ends."""

    def may_belong(self, chunk: Chunk, earlier: Names, line: str, *, finished: bool) -> bool | None:
        """Whether a line on the margin after a whole answer may belong to it; None while it is uncertain."""

    def is_needed(self, chunk: Chunk, earlier: Names, statement: Statement) -> bool | None:
        """Whether a whole answer needs a statement after it; None if that depends on later statements."""


@dataclass(frozen=True, slots=True)
class DefinitionEnding:
    """An answer that defines a name ends at the first statement that it does not need.

    Small models go on with prints, asserts and further functions. After its definition an answer needs
    statements that bind names and attributes which it still lacks, and statements that change something that
    it uses.
    """

    name: str
    also: tuple[str, ...] = ()
    context: str = ""
    given_names: frozenset[str] = frozenset()
    takes_all: bool = False

    def names_answer(self, names: Names) -> bool:
        return self.name in names.bound

    def is_whole(self, chunk: Chunk) -> bool:
        return self.name in chunk.names.bound - chunk.names.stubs

    def may_belong(self, chunk: Chunk, earlier: Names, line: str, *, finished: bool) -> bool | None:
        names = chunk.names
        if self._missing(names, earlier):
            if _MAY_DEFINE.match(line):
                return True
            if not finished and _NAMES.fullmatch(line):
                return None
        elif line.startswith("#"):
            return bool(names.modules - names.used)
        elif self.name in names.used and _begins_alike(line, _IMPORT, finished=finished):
            # A recursive function may need `import sys` to raise the limit on recursion.
            return True if finished else None
        return _may_change(names, line, finished=finished)

    def is_needed(self, chunk: Chunk, earlier: Names, statement: Statement) -> bool | None:
        before, after = chunk.names, chunk.names + statement.names
        if not self.is_whole(chunk):
            return True
        missing = self._missing(before, earlier)
        left = self._missing(after, earlier)
        if missing - left or (
            statement.tree is not None and self._changes(before, statement, statement.tree)
        ):
            return True
        imports = statement.tree is not None and all(
            isinstance(node, ast.Import) for node in statement.tree.body
        )
        return None if left or imports else False

    def _missing(self, names: Names, earlier: Names) -> frozenset[str]:
        return (names.missing - earlier.bound) | (frozenset(self.also) - names.bound)

    def _changes(self, names: Names, statement: Statement, tree: ast.Module) -> bool:
        """Whether a statement changes a part of the answer, or a setting of a module that it uses."""
        changed = changed_names(tree)
        if self.name in changed:
            return True
        called = names_called_for_effect(tree) & (names.imported | names.variables)
        return bool((changed & names.bound) | called) and self.name not in statement.names.used


@dataclass(frozen=True, slots=True)
class ProgramEnding:
    """A program that does something ends where prose begins."""

    context: str = ""
    given_names: frozenset[str] = frozenset()
    takes_all: bool = True

    def names_answer(self, names: Names) -> bool:
        return True

    def is_whole(self, chunk: Chunk) -> bool:
        return any(statement.tree is not None and acts(statement.tree) for statement in chunk.statements)

    def may_belong(self, chunk: Chunk, earlier: Names, line: str, *, finished: bool) -> bool | None:
        return True

    def is_needed(self, chunk: Chunk, earlier: Names, statement: Statement) -> bool | None:
        return True


@dataclass(frozen=True, slots=True)
class SnippetEnding:
    """A snippet ends where prose begins, with the function around it, or at a print after all wanted
    variables are bound."""

    wanted: frozenset[str]
    context: str
    given_names: frozenset[str]
    takes_all: bool = True

    def names_answer(self, names: Names) -> bool:
        return True

    def is_whole(self, chunk: Chunk) -> bool:
        return bool(chunk.statements)

    def may_belong(self, chunk: Chunk, earlier: Names, line: str, *, finished: bool) -> bool | None:
        if _SNIPPET_ENDS.match(line):
            return False
        if self.context:
            return line.startswith("#")
        computed = bool(self.wanted) and self.wanted <= chunk.names.bound
        return not (computed and line.startswith(_PRINT))

    def is_needed(self, chunk: Chunk, earlier: Names, statement: Statement) -> bool | None:
        return True


def ending_of(exercise: Exercise) -> Ending:
    """The rules for answers of an exercise."""
    if exercise.kind is ExerciseKind.DATA:
        inside = open_function(exercise.given) is not None
        wanted = frozenset(name for name in (exercise.entry_point, *exercise.also) if name)
        return SnippetEnding(wanted, "def given():\n" if inside else "", _words(exercise.given))
    if exercise.kind is ExerciseKind.STDIN or exercise.entry_point is None:
        return ProgramEnding()
    return DefinitionEnding(exercise.entry_point, exercise.also)


def _begins_alike(line: str, word: str, *, finished: bool) -> bool:
    """Whether a line begins with a word, or may do so once it grows."""
    return line.startswith(word) or (not finished and word.startswith(line))


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _may_change(names: Names, line: str, *, finished: bool) -> bool | None:
    """Whether a line begins a statement that may change one of these names; None while that is uncertain."""
    found = _WORD.match(line)
    if found is None:
        return False
    word, rest = found[0], line[found.end() :].lstrip(" \t")
    stateful = names.variables & names.used
    openings = names.bound | _SETTERS | (frozenset(_LOOPS) if stateful else frozenset())
    if not rest and not finished:
        return None if any(name.startswith(word) for name in openings) else False
    if word not in openings:
        return False
    if word in _LOOPS:
        may = not rest.startswith(_MAIN)
        return (may and None) if not finished and may else may
    if rest.startswith("(") and word not in names.imported | _SETTERS:
        return False
    if rest.startswith("==") or rest[:1] not in "=.[(:,+-*/|&^%@<>":
        return False
    return True if finished else None
