"""What ends an answer, by the kind of exercise."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python.snippets import open_function
from egcfg_tui.solving.text.chunk import Chunk, Statement
from egcfg_tui.solving.text.statement_names import Names, acts, changed_names, told_names

# What may stand between an answer and a definition that it still lacks.
_MAY_DEFINE: Final = re.compile(
    r"[#@]|(?:async|def|class|from|import|try|except|setattr)\b|[^\W\d][\w.,\[\]'\" \t]*(?::[^=\n]*)?=(?!=)"
)
# The beginning of a line that may yet turn out as one of those.
_NAMES: Final = re.compile(r"[^\W\d][\w., \t]*(?::[^=\n]*)?")
_WORD: Final = re.compile(r"[^\W\d]\w*")
_LOOPS: Final = ("for", "while", "with", "if")
_SETTERS: Final = frozenset({"setattr"})
_MAIN: Final = "__name__"
_SNIPPET_ENDS: Final = re.compile(r"#+ *END (?:OF )?SOLUTION")
_PRINT: Final = "print("
_IMPORT: Final = "import "


class Ending(Protocol):
    """The rules of one kind of exercise. Frozen, since readings are kept by it."""

    @property
    def takes_all(self) -> bool:
        """Whether code behind a whole answer is needed in any case."""

    @property
    def context(self) -> str:
        """What opens a statement in front of the answer."""

    @property
    def given_names(self) -> frozenset[str]:
        """Names that the answer may use without binding them."""

    def names_answer(self, names: Names) -> bool:
        """Whether the names show that something was begun that the exercise asks for."""

    def is_whole(self, chunk: Chunk) -> bool:
        """Whether the chunk holds an answer: prose or a fence behind it closes it."""

    def may_belong(self, chunk: Chunk, earlier: Names, line: str, *, finished: bool) -> bool | None:
        """Whether a line on the margin behind a whole answer may belong to it; None while that is open."""

    def is_needed(self, chunk: Chunk, earlier: Names, statement: Statement) -> bool | None:
        """Whether a whole answer needs a statement behind it; None where later ones may tell."""


@dataclass(frozen=True, slots=True)
class DefinitionEnding:
    """An answer that defines a name ends as soon as it needs nothing that follows.

    Small models go on with prints, asserts and further functions. What belongs to an answer behind its
    definition: what binds names and attributes that it still lacks, and what changes something that it uses.
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
            # Of `sys` perhaps, whose limit on recursion a recursive function may need raised.
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
        """Whether a statement changes something that the answer is made of, or a setting of a module."""
        changed = changed_names(tree)
        if self.name in changed:
            return True
        told = told_names(tree) & (names.imported | names.variables)
        return bool((changed & names.bound) | told) and self.name not in statement.names.used


@dataclass(frozen=True, slots=True)
class ProgramEnding:
    """A program ends where prose begins, once it does something."""

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
    """A snippet ends where prose begins, at a print once all wanted variables are there, and with the
    function that it stands in."""

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
    """The rules that an exercise's answers end by."""
    if exercise.kind is ExerciseKind.DATA:
        inside = open_function(exercise.given) is not None
        wanted = frozenset(name for name in (exercise.entry_point, *exercise.also) if name)
        return SnippetEnding(wanted, "def given():\n" if inside else "", _words(exercise.given))
    if exercise.kind is ExerciseKind.STDIN or exercise.entry_point is None:
        return ProgramEnding()
    return DefinitionEnding(exercise.entry_point, exercise.also)


def _begins_alike(line: str, word: str, *, finished: bool) -> bool:
    """Whether a line begins with a word, or may do so when it grows."""
    return line.startswith(word) or (not finished and word.startswith(line))


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text))


def _may_change(names: Names, line: str, *, finished: bool) -> bool | None:
    """Whether a line begins a statement that changes something of these names; None while that is open."""
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
