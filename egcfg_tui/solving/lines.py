"""Choosing one line token by token, with or without guidance."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

import numpy as np

from egcfg_tui.engine.api import Branch, Engine
from egcfg_tui.events import Event, LineGrown, TokenChoice
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.answer import answer_end, line_is_complete
from egcfg_tui.solving.guidance import guided_logits, probability
from egcfg_tui.solving.meter import Meter, Purpose
from egcfg_tui.solving.sampling import greedy, sample


@dataclass(frozen=True, slots=True)
class TokenRule:
    """How the next token is taken from a row of logits: greedily, or sampled at a temperature."""

    temperature: float = 0.0
    top_p: float = 1.0
    rng: np.random.Generator | None = None

    def choose(self, logits: np.ndarray) -> int:
        """The token."""
        if self.rng is None:
            return greedy(logits)
        return sample(logits, self.temperature, self.top_p, self.rng)


@dataclass(slots=True)
class ChosenLine:
    """A line, the tokens that made it, and whether the answer ended with it."""

    text: str = ""
    tokens: list[int] = field(default_factory=list)
    choices: list[TokenChoice] = field(default_factory=list)
    ended: bool = False


def choose_line(
    engine: Engine,
    meter: Meter,
    unconditional: Branch,
    conditional: Branch | None,
    gamma: float,
    code: str,
    number: int,
    exercise: Exercise,
    max_tokens: int,
) -> Generator[Event, None, ChosenLine]:
    """Decodes greedily up to the end of the line behind `code`, both branches in one batch.

    Both branches must hold logits; afterwards both hold the line. Without a conditional branch there is no
    guidance. When the answer ends inside the line, what belongs to it is kept and `ended` is set. Source:
    the line loop of arXiv 2506.10948.
    """
    line = ChosenLine()
    data = bytearray()
    while len(line.tokens) < max_tokens:
        row_u = unconditional.logits()
        row_c = conditional.logits() if conditional is not None else None
        row = row_u if row_c is None else guided_logits(row_u, row_c, gamma)
        token = greedy(row)
        if engine.is_end(token):
            line.ended = True
            break
        piece = engine.piece(token)
        data += piece
        text = data.decode("utf-8", "replace")
        end = answer_end(code + text, exercise)
        if end is not None and end >= len(code):
            line.text = (code + text)[len(code) : end]
            line.ended = True
            break
        line.text = text
        line.tokens.append(token)
        line.choices.append(_choice(engine, piece, token, row_u, row_c, row))
        for branch in (unconditional, conditional):
            if branch is not None:
                branch.prompt([token])
        yield from meter.evaluate(Purpose.DECODED, 1)
        yield LineGrown(number, text)
        if line_is_complete(text):
            break
    else:
        line.ended = True
    return line


def _choice(
    engine: Engine,
    piece: bytes,
    token: int,
    row_u: np.ndarray,
    row_c: np.ndarray | None,
    row: np.ndarray,
) -> TokenChoice:
    alone = greedy(row_u)
    return TokenChoice(
        text=piece.decode("utf-8", "replace"),
        unconditional=probability(row_u, token),
        conditional=None if row_c is None else probability(row_c, token),
        guided=probability(row, token),
        instead=None if alone == token else engine.piece(alone).decode("utf-8", "replace"),
    )
