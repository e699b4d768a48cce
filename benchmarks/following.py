"""A guided trial that goes the way of another one wherever rounding alone decides between them.

Quantised weights round by the shape of the batch: rows of one position differ by some hundredths of a nat,
which guidance at gamma 1.5 multiplies by four. Then a tie of two tokens, or a random number at the border of
two tokens, falls either way, and everything behind it differs. Followed, both trials have the same work to
do; every token and draw that was followed is counted, and a wrong row is followed nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from egcfg_tui.engine.api import Logits
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.sampling import greedy
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.draft import Draft
from egcfg_tui.solving.guided.line import Sampler
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials.guided import GuidedTrial

TIE_NATS: Final = 0.25
SEED: Final = (0,)
Place = tuple[int, tuple[int, ...]]
"""A candidate by its index, and all tokens in front of one of its tokens."""


@dataclass(frozen=True, slots=True)
class Tie:
    """A token of a line, by its number in the answer, that another one equals within `TIE_NATS`."""

    token: int
    likeliest: str
    taken: str
    distance: float

    def __str__(self) -> str:
        return f"token {self.token}: {self.likeliest!r} / {self.taken!r}, {self.distance:.2f} nats apart"


@dataclass(slots=True)
class Choices:
    """What a trial chose: the tokens of its lines, and what its candidates drew, with the token's depth."""

    tokens: list[int] = field(default_factory=list)
    draws: dict[Place, tuple[int, float]] = field(default_factory=dict)


class FollowingTrial(GuidedTrial):
    """A trial of greedy lines, recorded. With `followed`, it takes those choices where they are as good."""

    def __init__(
        self, context: SolveContext, settings: Settings, followed: Choices | None, *, reuse: bool
    ) -> None:
        super().__init__(context, settings, SEED, reuse=reuse)
        self._followed = followed
        self.choices = Choices(tokens=self._code_tokens)
        self.ties: dict[int, Tie] = {}
        self.followed_draws = 0

    def _pool(self) -> CandidatePool:
        return _FollowingPool(self, self._context, self._settings, keep_rows=self._reuse)

    def _sampler(self) -> Sampler | None:
        return None if self._followed is None else self._follow

    def _follow(self, row: Logits, at: int) -> int:
        assert self._followed is not None
        position = len(self._code_tokens) + at
        likeliest = greedy(row)
        if position >= len(self._followed.tokens) or self._followed.tokens[position] == likeliest:
            return likeliest
        other = self._followed.tokens[position]
        distance = float(row[likeliest] - row[other])
        if distance > TIE_NATS:
            return likeliest
        texts = [self._context.engine.piece(token).decode("utf-8", "replace") for token in (likeliest, other)]
        self.ties[position] = Tie(position + 1, texts[0], texts[1], distance)
        return other

    def drawn(self, place: Place, token: int, row: Logits) -> int:
        """Records a draw; returns the one to take."""
        known = None if self._followed is None else self._followed.draws.get(place)
        if known is not None and known[0] != token and abs(_depth(row, known[0]) - known[1]) <= TIE_NATS:
            self.followed_draws += 1
            token = known[0]
        self.choices.draws[place] = token, _depth(row, token)
        return token


class _FollowingPool(CandidatePool):
    """Candidates whose draws are recorded, and follow."""

    def __init__(
        self, trial: FollowingTrial, context: SolveContext, settings: Settings, *, keep_rows: bool
    ) -> None:
        super().__init__(context.engine, context.meter, context.exercise, settings, SEED, keep_rows=keep_rows)
        self._trial = trial

    def _choose(self, draft: Draft, row: Logits) -> int:
        place = draft.index, (*self._trial.choices.tokens, *draft.tokens)
        return self._trial.drawn(place, super()._choose(draft, row), row)


def _depth(row: Logits, token: int) -> float:
    """How far a token lies below the likeliest, in nats."""
    return float(row.max() - row[token])
