"""A reference trial that takes the choices of a fast one wherever rounding alone decides between them.

With quantised weights, rounding depends on the shape of the batch: two rows of logits for one position differ
by some hundredths of a nat, which guidance at gamma 1.5 multiplies by four. Then a tie of two tokens, or a
random number at the border of two tokens, can fall either way, and all later tokens differ. If the reference
takes the fast trial's choice in these cases, both trials have the same work to do. Every choice that was
taken over is counted. A choice that the row makes much less likely is never taken over, so a wrong row shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Final

from egcfg_tui.engine.api import Engine, Logits
from egcfg_tui.events import Event
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.guided.draft import Draft
from egcfg_tui.solving.guided.line_loop import LineLoop
from egcfg_tui.solving.guided.live_settings import LiveSettings
from egcfg_tui.solving.request.settings import Settings

TIE_NATS: Final = 0.25
SEED: Final = (0,)
Place = tuple[int, tuple[int, ...]]
"""The index of a candidate, and all tokens before the one that is drawn (code and candidate)."""


@dataclass(frozen=True, slots=True)
class Tie:
    """Two tokens for one place in a line whose logits differ by `TIE_NATS` at most.

    `token` is the place in the answer, from 1. `taken` is the fast trial's choice, `distance` in nats.
    """

    token: int
    likeliest: str
    taken: str
    distance: float

    def __str__(self) -> str:
        return f"token {self.token}: {self.likeliest!r} / {self.taken!r}, {self.distance:.2f} nats apart"


@dataclass(slots=True)
class Choices:
    """What a trial chose: the tokens of its lines, and what its candidates drew, as token and `_depth`."""

    tokens: list[int] = field(default_factory=list)
    draws: dict[Place, tuple[int, float]] = field(default_factory=dict)


def recorded_trial(context: SolveContext, settings: Settings, choices: Choices) -> Iterator[Event]:
    """A fast trial whose choices are recorded."""
    live = LiveSettings(context, settings, SEED)
    with (
        closing(BranchPair(context.start.fork())) as pair,
        _RecordedPool(choices, context, live.settings) as pool,
    ):
        loop = LineLoop(context, live, pair, pool)
        choices.tokens = loop.lines.tokens
        yield from loop.run()


class _RecordedPool(CandidatePool):
    """Candidates whose draws are recorded."""

    def __init__(self, choices: Choices, context: SolveContext, settings: Settings) -> None:
        super().__init__(context, settings, SEED, keep_rows=True)
        self._choices = choices

    def _choose(self, draft: Draft, row: Logits) -> int:
        token = super()._choose(draft, row)
        place = draft.index, (*self._choices.tokens, *draft.tokens)
        self._choices.draws[place] = token, _depth(row, token)
        return token


class Follower:
    """Takes the choices of a recorded trial where they are as good; `reference_trial` calls it."""

    def __init__(self, followed: Choices, engine: Engine) -> None:
        self._followed = followed
        self._engine = engine
        self.tokens: list[int] = []
        self.ties: dict[int, Tie] = {}
        self.followed_draws = 0

    def __call__(self, who: int | None, before: list[int], row: Logits, token: int) -> int:
        """The token to take instead of `token`, which the reference chose after the tokens `before`.

        `who` is the index of a candidate; None for a line.
        """
        if who is not None:
            return self._drawn((who, tuple(before)), row, token)
        taken = self._line_token(len(before), row, token)
        self.tokens = [*before, taken]
        return taken

    def _line_token(self, position: int, row: Logits, likeliest: int) -> int:
        followed = self._followed.tokens
        if position >= len(followed) or followed[position] == likeliest:
            return likeliest
        other = followed[position]
        distance = float(row[likeliest] - row[other])
        if distance > TIE_NATS:
            return likeliest
        texts = [self._engine.piece(token).decode("utf-8", "replace") for token in (likeliest, other)]
        self.ties[position] = Tie(position + 1, texts[0], texts[1], distance)
        return other

    def _drawn(self, place: Place, row: Logits, token: int) -> int:
        known = self._followed.draws.get(place)
        if known is None or known[0] == token or abs(_depth(row, known[0]) - known[1]) > TIE_NATS:
            return token
        self.followed_draws += 1
        return known[0]


def _depth(row: Logits, token: int) -> float:
    """How many nats a token's logit lies below the highest one."""
    return float(row.max() - row[token])
