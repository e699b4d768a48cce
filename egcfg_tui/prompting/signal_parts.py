"""The text of a signal in pieces that know where they come from: code, a test, its outcome, a trace."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class PartKind(StrEnum):
    """What the words of a part say."""

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
    """The words `text[start:end]` of a signal.

    `attempt` is the index of an attempt of the signal (None: they are about all attempts), `test` the index
    of a visible test (None: they are about no single test). `name` is the variable whose values they show,
    `step` the index of a step in its trace.
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
    """A part of a signal's text; with `kind` None it only connects others."""

    text: str
    kind: PartKind | None = None
    test: int | None = None
    name: str = ""
    step: int | None = None
    attempt: int | None = None


def text_of(pieces: Iterable[Piece]) -> str:
    """The text of the pieces."""
    return "".join(piece.text for piece in pieces)


def parts_of(pieces: Iterable[Piece]) -> Iterator[SignalPart]:
    """The position in the text of each piece that has a kind."""
    start = 0
    for piece in pieces:
        end = start + len(piece.text)
        if piece.kind is not None and piece.text:
            yield SignalPart(start, end, piece.kind, piece.attempt, piece.test, piece.name, piece.step)
        start = end
