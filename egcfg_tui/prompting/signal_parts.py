"""Which words of a signal were made of what: the text in pieces that know where they come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What the words of a part tell."""

    CODE = "code"
    """Lines of an attempt that the code so far does not have."""
    TEST = "test"
    """The test that an attempt is shown on."""
    OUTCOME = "outcome"
    """How one or several tests ended."""
    VALUES = "values"
    """The values that a variable went through, or what was returned or raised."""
    STEP = "step"
    """One step of a trace."""


@dataclass(frozen=True, slots=True)
class SignalPart:
    """The words `text[start:end]` of a signal. `attempt` counts its attempts from 0; None: all of them.

    `test` counts the visible tests from 0; None: no single one. `name` is the variable of values, `step` the
    index of a step in its trace.
    """

    start: int
    end: int
    kind: PartKind
    attempt: int | None = None
    test: int | None = None
    name: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a signal's text; `kind` None: words that only hold the others together."""

    text: str
    kind: PartKind | None = None
    test: int | None = None
    name: str = ""
    step: int | None = None
    attempt: int | None = None


def text_of(pieces: Iterable[Piece]) -> str:
    """The text that the pieces make."""
    return "".join(piece.text for piece in pieces)


def parts_of(pieces: Iterable[Piece]) -> Iterator[SignalPart]:
    """Where each piece with an origin stands in the text."""
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if piece.kind is not None and piece.text:
            yield SignalPart(start, end, piece.kind, piece.attempt, piece.test, piece.name, piece.step)
        start = end
