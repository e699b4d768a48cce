"""Choosing a token from a row of logits.

Order of filters: temperature, then the `TOP_K` most likely, then the nucleus of `top_p` among them. The
cut to `TOP_K` comes before anything is exponentiated or sorted: a vocabulary has 150,000 entries, a nucleus
rarely a hundred.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from egcfg_tui.engine.api import Logits

TOP_K: Final = 128


def greedy(logits: Logits) -> int:
    """The most likely token; of equals the one with the lowest id."""
    return int(logits.argmax())


def sample(logits: Logits, temperature: float, top_p: float, rng: np.random.Generator) -> int:
    """A token drawn from the nucleus. Temperature 0 is greedy and draws nothing from `rng`."""
    if temperature == 0.0:
        return greedy(logits)
    count = min(TOP_K, logits.shape[0])
    top = np.argpartition(logits, -count)[-count:]
    # Ties are ordered by id, so that the same row gives the same order whatever the partition did.
    top = top[np.lexsort((top, -logits[top]))]
    scaled = logits[top].astype(np.float64) / temperature
    weights = np.exp(scaled - scaled[0])
    cumulative = np.cumsum(weights)
    # The smallest set that reaches top_p: everything up to and including the token that crosses it.
    size = int(np.searchsorted(cumulative, top_p * cumulative[-1])) + 1
    size = min(size, count)
    draw = rng.random() * cumulative[size - 1]
    return int(top[min(int(np.searchsorted(cumulative[:size], draw, side="right")), size - 1)])
