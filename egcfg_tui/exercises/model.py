"""The exercise: a statement, an entry point and tests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from egcfg_sandbox import Test


class ExerciseKind(StrEnum):
    """What the solver has to write."""

    FUNCTION = "function"
    CLASS = "class"
    STDIN = "stdin"
    """A whole program that reads standard input and writes standard output."""


@dataclass(frozen=True, slots=True)
class Exercise:
    """One coding exercise.

    `visible` tests may steer the solver; `hidden` tests only score. `starter` is code the answer begins
    with (imports, the signature, its docstring) or empty. `entry_point` is the function or class the
    tests use, None for a stdin program; `also` names what else the answer must define. `level` is 1
    (easiest) to 5, 0 where nobody rated it. `source` names where it came from, for messages (`FILE#ID`).
    `visible_derived` says that the visible tests were read from a docstring's prose, which can be wrong:
    the hidden ones decide.
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


class ExerciseError(Exception):
    """An exercise that cannot be read. The text names file, key and line, and the next step."""
