"""Chooses a token from a row of logits.

The filters are applied in this order: the `TOP_K` most likely tokens, then temperature, then the nucleus of
`top_p`. The cut to `TOP_K` comes before anything is exponentiated or sorted, because a vocabulary has 150,000
entries and a nucleus rarely a hundred.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from egcfg_tui.engine.api import Logits

TOP_K: Final = 128
_COLUMNS: Final = 8 * TOP_K


@dataclass(frozen=True, slots=True)
class TopTokens:
    """The `TOP_K` most likely tokens, the most likely first: the part of a row that sampling needs.

    Among equal logits the lowest id comes first. It takes 1 kB instead of the row's 600 kB, so that thousands
    can be kept. `tokens` and `logits` have shape [count].
    """

    tokens: NDArray[np.int64]
    logits: Logits

    def without(self, unwanted: Callable[[int], bool]) -> TopTokens:
        """These tokens without the unwanted ones; all of them if none would be left."""
        kept = [index for index, token in enumerate(self.tokens.tolist()) if not unwanted(token)]
        if not kept or len(kept) == len(self.tokens):
            return self
        return TopTokens(self.tokens[kept], self.logits[kept])

    def draw(self, temperature: float, top_p: float, uniform: float) -> int:
        """The token at `uniform` (0 <= uniform < 1) of the nucleus; at temperature 0 the most likely one."""
        if temperature == 0.0:
            return int(self.tokens[0])
        scaled = self.logits.astype(np.float64) / temperature
        weights = np.exp(scaled - scaled[0])
        cumulative = np.cumsum(weights)
        # The nucleus is the smallest set that reaches top_p: up to and including the token that crosses it.
        size = min(int(np.searchsorted(cumulative, top_p * cumulative[-1])) + 1, len(cumulative))
        drawn = int(np.searchsorted(cumulative[:size], uniform * cumulative[size - 1], side="right"))
        return int(self.tokens[min(drawn, size - 1)])


def top_tokens(logits: Logits) -> TopTokens:
    """The `TOP_K` most likely tokens of a row of shape [vocab_size]."""
    contenders = _contenders(logits)
    count = min(TOP_K, contenders.shape[0])
    top = contenders[np.argpartition(logits[contenders], -count)[-count:]]
    # Ties are ordered by id, so that a row always gives the same order, however it was partitioned.
    top = top[np.lexsort((top, -logits[top]))]
    return TopTokens(top, logits[top])


def _contenders(logits: Logits) -> NDArray[np.int64]:
    """A few hundred tokens that include the `TOP_K` most likely ones.

    The row is laid out in columns. The `TOP_K` largest column maxima are `TOP_K` tokens, so no token below
    the smallest of these can be among the most likely. That takes 0.1 ms for 150,000 entries; partitioning
    all of them takes 1.3 ms.
    """
    whole = logits.shape[0] - logits.shape[0] % _COLUMNS
    if not whole:
        return np.arange(logits.shape[0])
    largest = logits[:whole].reshape(-1, _COLUMNS).max(axis=0)
    return np.flatnonzero(logits >= np.partition(largest, -TOP_K)[-TOP_K])


def greedy(logits: Logits) -> int:
    """The most likely token; among equal logits the one with the lowest id."""
    return int(logits.argmax())


def sample(logits: Logits, temperature: float, top_p: float, uniform: float) -> int:
    """The token at `uniform` (0 <= uniform < 1) of the nucleus; at temperature 0 the most likely one."""
    if temperature == 0.0:
        return greedy(logits)
    return top_tokens(logits).draw(temperature, top_p, uniform)


def uniform_at(seed: tuple[int, ...], position: int) -> float:
    """The random number of one position, in [0, 1), which does not depend on earlier draws.

    So a candidate that is sampled again after the same prefix is the same, and keeping candidates across
    lines only saves time.
    """
    return float(np.random.default_rng([*seed, position]).random())
