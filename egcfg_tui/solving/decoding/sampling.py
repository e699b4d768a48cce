"""Choosing a token from a row of logits.

Order of filters: the `TOP_K` most likely, then temperature, then the nucleus of `top_p` among them. The
cut to `TOP_K` comes before anything is exponentiated or sorted: a vocabulary has 150,000 entries, a nucleus
rarely a hundred.
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
    """The `TOP_K` most likely tokens, likeliest first: all of a row that sampling needs.

    Of equals the lowest id comes first. A kilobyte where the row has 600, so that thousands can be kept.
    tokens, logits: shape [count].
    """

    tokens: NDArray[np.int64]
    logits: Logits

    def without(self, unwanted: Callable[[int], bool]) -> TopTokens:
        """These tokens but those that are not wanted; all of them where none is left."""
        kept = [index for index, token in enumerate(self.tokens.tolist()) if not unwanted(token)]
        if not kept or len(kept) == len(self.tokens):
            return self
        return TopTokens(self.tokens[kept], self.logits[kept])

    def draw(self, temperature: float, top_p: float, uniform: float) -> int:
        """The token at `uniform` (0 <= uniform < 1) of the nucleus. Temperature 0 ignores it: greedy."""
        if temperature == 0.0:
            return int(self.tokens[0])
        scaled = self.logits.astype(np.float64) / temperature
        weights = np.exp(scaled - scaled[0])
        cumulative = np.cumsum(weights)
        # The smallest set that reaches top_p: everything up to and including the token that crosses it.
        size = min(int(np.searchsorted(cumulative, top_p * cumulative[-1])) + 1, len(cumulative))
        drawn = int(np.searchsorted(cumulative[:size], uniform * cumulative[size - 1], side="right"))
        return int(self.tokens[min(drawn, size - 1)])


def top_tokens(logits: Logits) -> TopTokens:
    """The most likely tokens of a row, shape [vocab_size]."""
    contenders = _contenders(logits)
    count = min(TOP_K, contenders.shape[0])
    top = contenders[np.argpartition(logits[contenders], -count)[-count:]]
    # Ties are ordered by id, so that the same row gives the same order whatever the partition did.
    top = top[np.lexsort((top, -logits[top]))]
    return TopTokens(top, logits[top])


def _contenders(logits: Logits) -> NDArray[np.int64]:
    """Some hundred tokens that the `TOP_K` most likely are among; few enough to be partitioned.

    A row is laid out in columns. The largest entries of `TOP_K` columns are as many tokens, so none below the
    least of them is wanted. It takes 0.1 ms for 150,000 entries, a partition of all of them 1.3.
    """
    whole = logits.shape[0] - logits.shape[0] % _COLUMNS
    if not whole:
        return np.arange(logits.shape[0])
    largest = logits[:whole].reshape(-1, _COLUMNS).max(axis=0)
    return np.flatnonzero(logits >= np.partition(largest, -TOP_K)[-TOP_K])


def greedy(logits: Logits) -> int:
    """The most likely token; of equals the one with the lowest id."""
    return int(logits.argmax())


def sample(logits: Logits, temperature: float, top_p: float, uniform: float) -> int:
    """The token at `uniform` (0 <= uniform < 1) of the nucleus. Temperature 0 is greedy and ignores it."""
    if temperature == 0.0:
        return greedy(logits)
    return top_tokens(logits).draw(temperature, top_p, uniform)


def uniform_at(seed: tuple[int, ...], position: int) -> float:
    """The random number of one position, whatever was drawn before it.

    A candidate that is sampled again behind an unchanged prefix therefore comes out the same, which makes
    keeping it across lines a matter of speed alone.
    """
    return float(np.random.default_rng([*seed, position]).random())
