"""Chooses one line, with or without guidance, token by token.

Each token costs one decode of one or two branches. Greedy trials use only this loop. For most guided lines
`draft_tree` gets the same tokens at a lower cost, and this loop goes on where the drafts end. Candidates and
samples have their own loops, because they evaluate many branches in one batch.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field

from egcfg_tui.engine.api import Engine, Logits
from egcfg_tui.events import Event, LineChosen, LineGrown, TokenChoice
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.decoding.guidance import guided_logits, probability
from egcfg_tui.solving.decoding.meter import Meter, Purpose
from egcfg_tui.solving.decoding.sampling import greedy
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.text.answer_span import answer_end, line_is_complete
from egcfg_tui.solving.text.rows import next_row, row_of

Sampler = Callable[[Logits, int], int]
"""Draws a token from a row for a position of the line; the same arguments always give the same token."""


@dataclass(slots=True)
class GuidedLine:
    """A line that is being chosen: greedily from guided rows (arXiv 2506.10948), or drawn by a `sampler`.

    `over`: the line is complete, the answer `ended` in it, or `max_tokens` are used up.
    """

    engine: Engine
    exercise: Exercise
    code: str
    number: int
    gamma: float
    max_tokens: int
    text: str = ""
    tokens: list[int] = field(default_factory=list)
    choices: list[TokenChoice] = field(default_factory=list)
    ended: bool = False
    over: bool = False
    sampler: Sampler | None = None
    _data: bytearray = field(default_factory=bytearray)

    def choose(self, row_u: Logits, row_c: Logits | None) -> int:
        """The next token by the rows of both branches, shape [vocab_size]; no guidance if `row_c` is None."""
        guided = self._guided(row_u, row_c)
        return greedy(guided) if self.sampler is None else self.sampler(guided, len(self.tokens))

    def take(self, token: int, row_u: Logits, row_c: Logits | None, *, verified: bool) -> bool:
        """Adds a chosen token. False if it ends the answer and is not part of it."""
        if self.engine.is_end(token):
            self.ended = self.over = True
            return False
        piece = self.engine.piece(token)
        text = (self._data + piece).decode("utf-8", "replace")
        end = answer_end(self.code + text, self.exercise)
        if end is not None:
            self.text = (self.code + text)[len(self.code) : end]
            self.ended = self.over = True
            return False
        self._data += piece
        self.text = text
        self.tokens.append(token)
        self.choices.append(self._choice(piece, token, row_u, row_c, verified))
        self.ended = len(self.tokens) >= self.max_tokens
        self.over = self.ended or line_is_complete(text)
        return True

    @property
    def grown(self) -> LineGrown:
        """The event of the line so far."""
        return LineGrown(self.number, next_row(self.code), self.text)

    @property
    def chosen(self) -> LineChosen:
        """The event of the whole line."""
        code = self.code + self.text
        row = row_of(self.text, code)
        return LineChosen(self.number, row, self.text, code, self.gamma, tuple(self.choices))

    def _guided(self, row_u: Logits, row_c: Logits | None) -> Logits:
        return row_u if row_c is None else guided_logits(row_u, row_c, self.gamma)

    def _choice(
        self, piece: bytes, token: int, row_u: Logits, row_c: Logits | None, verified: bool
    ) -> TokenChoice:
        alone = greedy(row_u)
        unconditional = guided = probability(row_u, token)
        conditional = None
        if row_c is not None:
            conditional = probability(row_c, token)
            row = self._guided(row_u, row_c)
            guided = (
                unconditional if row is row_u else conditional if row is row_c else probability(row, token)
            )
        return TokenChoice(
            text=piece.decode("utf-8", "replace"),
            unconditional=unconditional,
            conditional=conditional,
            guided=guided,
            verified=verified,
            instead=None if alone == token else self.engine.piece(alone).decode("utf-8", "replace"),
        )


def next_token(line: GuidedLine, meter: Meter, pair: BranchPair) -> Generator[Event, None, int | None]:
    """Chooses the next token of a line by the rows of both branches, evaluated in one batch.

    Returns the token, or None if it ended the answer. The token stays pending on the branches, so that it can
    be evaluated later in one batch with other tokens.
    """
    yield from meter.evaluate_pending()
    row_u = pair.unconditional.logits()
    row_c = None if pair.conditional is None else pair.conditional.logits()
    token = line.choose(row_u, row_c)
    if not line.take(token, row_u, row_c, verified=False):
        return None
    for branch in pair.branches:
        branch.prompt([token])
    meter.count(Purpose.DECODED, 1)
    yield line.grown
    return token


def finish_line(line: GuidedLine, meter: Meter, pair: BranchPair) -> Iterator[Event]:
    """Decodes a line to its end, token by token."""
    while not line.over:
        yield from next_token(line, meter, pair)
