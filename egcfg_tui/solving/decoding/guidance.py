"""Classifier-free guidance: pure functions of two rows of logits.

Source: "Stay on topic with Classifier-Free Guidance" (arXiv 2306.17806), as arXiv 2506.10948 uses it for each
line: log p = log p_u + gamma * (log p_c - log p_u), on full vocabularies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from egcfg_tui.engine.api import Logits


def guided_logits(unconditional: Logits, conditional: Logits, gamma: float) -> Logits:
    """Guided logits, up to a constant, shape [vocab_size].

    gamma 0 returns the unconditional row itself and gamma 1 the conditional one, so that both are exact. The
    inputs need not be normalised, since that would only add a constant to the result.
    """
    if gamma == 0.0:
        return unconditional
    if gamma == 1.0:
        return conditional
    return unconditional + np.float32(gamma) * (conditional - unconditional)


def log_normaliser(logits: Logits) -> float:
    """log(sum(exp(logits))), computed without overflow."""
    top = float(logits.max())
    return top + float(np.log(np.exp(logits - np.float32(top)).sum(dtype=np.float64)))


def probability(logits: Logits, token: int) -> float:
    """The probability of one token under a row of logits."""
    return float(np.exp(float(logits[token]) - log_normaliser(logits)))


def probabilities(logits: Logits) -> NDArray[np.float64]:
    """The whole distribution, shape [vocab_size], summing to 1."""
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(shifted / shifted.sum())
