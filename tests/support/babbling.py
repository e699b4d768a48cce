"""A model that writes many different lines."""

from __future__ import annotations

import numpy as np

from egcfg_tui.engine.fake import VOCAB_SIZE, FakeEngine


def babbling(seed: int, *, far_weight: float = 0.8, can_rewind: bool = True) -> FakeEngine:
    """A model of word-like lines whose next byte depends on the last two, and a little on all before."""
    alphabet = [ord(c) for c in "abx =+1\n"]

    def logits(data: bytes) -> np.ndarray:
        row = np.full(VOCAB_SIZE, -40.0, dtype=np.float32)
        near = np.random.default_rng([seed, *data[-2:]]).normal(0.0, 3.0, len(alphabet))
        far = np.random.default_rng([seed, len(data), sum(data)]).normal(0.0, far_weight, len(alphabet))
        row[alphabet] = near + far
        return row

    return FakeEngine(logits, can_rewind=can_rewind)
