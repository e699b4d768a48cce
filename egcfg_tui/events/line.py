"""Events of one line: the tokens that were chosen for it, and by whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from egcfg_tui.events.base import Event


@dataclass(frozen=True, slots=True)
class LineGrown(Event):
    """The text so far of the line that is being chosen."""

    transient: ClassVar[bool] = True
    line: int
    row: int
    text: str


@dataclass(frozen=True, slots=True)
class TokenChoice:
    """One token of a chosen line, with its probability in each branch and after guidance.

    `conditional` is None when the token was chosen without guidance. `verified`: the token was accepted from
    a draft. `instead` is the token that the unconditional branch alone would have chosen, None if it is the
    same.
    """

    text: str
    unconditional: float
    conditional: float | None
    guided: float
    verified: bool = False
    instead: str | None = None


class Author(StrEnum):
    """Who chose a line."""

    MODEL = "model"
    """The model, with or without guidance."""
    CANDIDATE = "candidate"
    """The user took the line from a candidate."""
    USER = "user"
    """The user wrote the line."""


@dataclass(frozen=True, slots=True)
class LineChosen(Event):
    """A line was chosen. `code` is the whole code with this line, `gamma` the guidance weight used.

    A line without text ends the answer; its `row` is the one after the last row of the code.
    """

    line: int
    row: int
    text: str
    code: str
    gamma: float
    tokens: tuple[TokenChoice, ...]
    author: Author = Author.MODEL
