"""The data model of exercises: a statement, an entry point and tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from egcfg_sandbox import Limits, Test


class ExerciseKind(StrEnum):
    """What the solver has to write."""

    FUNCTION = "function"
    CLASS = "class"
    STDIN = "stdin"
    """A whole program that reads standard input and writes standard output."""
    DATA = "data"
    """A snippet: lines that continue given code at an insertion point and work on its data."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One coding exercise.

    `visible` tests may steer the solver; `hidden` tests only score. `starter` is the code that the answer
    begins with (imports, the signature, its docstring), or empty. `entry_point` is the function or class that
    the tests use, None for a stdin program; `also` names what else the answer must define. `level` is 1
    (easiest) to 5, or 0 if nobody rated the exercise. `source` says where the exercise came from, for
    messages (`FILE#ID`). `visible_derived`: the visible tests were read from the prose of a docstring, which
    can be wrong, so the hidden tests decide.

    For kind `data`, `given` is the code before the insertion point. The answer continues this code and does
    not repeat it. `entry_point` is the variable that it must compute, None if the tests look at other things.

    The user may make the first `openable` hidden tests visible (`visibility`). `packages` are the third-party
    modules that the answer and the tests import. `left_out` says in words which tests of the file are not
    used, and why. `limits` hold for one run.
    """

    id: str
    title: str
    statement: str
    kind: ExerciseKind
    entry_point: str | None
    visible: tuple[Test, ...]
    hidden: tuple[Test, ...] = ()
    starter: str = ""
    reference: str | None = None
    level: int = 1
    source: str = ""
    visible_derived: bool = False
    also: tuple[str, ...] = ()
    given: str = ""
    openable: int = 0
    packages: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names that are surely classes, which the texts of the tests may not show."""
        return (self.entry_point,) if self.kind is ExerciseKind.CLASS and self.entry_point else ()

    @property
    def task(self) -> str:
        """The text for people: the statement and, if there is given code, that code."""
        if not self.given:
            return self.statement
        return f"{self.statement}\n\nThe answer continues this code:\n\n{self.given.rstrip()}"


class ExerciseError(Exception):
    """An exercise cannot be read. The text names file, key and line, and the next step."""
