"""The exercise: a statement, an entry point and tests."""

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
    """Lines that continue given code and work on its data: a snippet at an insertion point."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One coding exercise.

    `visible` tests may steer the solver; `hidden` tests only score. `starter` is code the answer begins
    with (imports, the signature, its docstring) or empty. `entry_point` is the function or class the
    tests use, None for a stdin program; `also` names what else the answer must define. `level` is 1
    (easiest) to 5, 0 where nobody rated it. `source` names where it came from, for messages (`FILE#ID`).
    `visible_derived` says that the visible tests were read from a docstring's prose, which can be wrong:
    the hidden ones decide.

    Of kind `data`: `given` is the code in front of the insertion point; the answer continues it and does not
    repeat it, and `entry_point` is the variable it has to compute (None where the tests look elsewhere).

    `openable` leading hidden tests may be made visible by the user (`visibility`). `packages` are the
    third-party modules that answer and tests import. `left_out` says which tests of its file are none of the
    exercise's, and why. `limits` bind one run.
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
        """Names that the tests surely use as classes, which their texts may leave open."""
        return (self.entry_point,) if self.kind is ExerciseKind.CLASS and self.entry_point else ()

    @property
    def task(self) -> str:
        """What a person reads: the statement and, where code is given, the code to continue."""
        if not self.given:
            return self.statement
        return f"{self.statement}\n\nThe answer continues this code:\n\n{self.given.rstrip()}"


class ExerciseError(Exception):
    """An exercise that cannot be read. The text names file, key and line, and the next step."""
