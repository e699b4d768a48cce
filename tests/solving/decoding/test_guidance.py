"""Guidance is a pure function of two rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.decoding.guidance import guided_logits, log_normaliser, probabilities, probability

rows = st.lists(st.floats(-30, 30, width=32), min_size=5, max_size=5).map(lambda v: np.array(v, np.float32))


@given(rows, rows)
def test_gamma_0_is_the_unconditional_branch_and_gamma_1_the_conditional_one(
    u: np.ndarray, c: np.ndarray
) -> None:
    np.testing.assert_array_equal(guided_logits(u, c, 0.0), u)
    np.testing.assert_array_equal(guided_logits(u, c, 1.0), c)


@given(rows, rows, st.floats(0, 5))
def test_guidance_is_the_formula_on_probabilities(u: np.ndarray, c: np.ndarray, gamma: float) -> None:
    p_u, p_c = probabilities(u), probabilities(c)
    expected = np.exp(np.log(p_u) + gamma * (np.log(p_c) - np.log(p_u)))
    expected /= expected.sum()
    np.testing.assert_allclose(probabilities(guided_logits(u, c, gamma)), expected, rtol=1e-3, atol=1e-6)


@given(rows, st.floats(-50, 50))
def test_probabilities_ignore_a_constant_and_sum_to_one(row: np.ndarray, constant: float) -> None:
    shifted = row + np.float32(constant)
    np.testing.assert_allclose(probabilities(row), probabilities(shifted), rtol=1e-3, atol=1e-7)
    assert abs(sum(probability(row, token) for token in range(5)) - 1) < 1e-4


def test_the_normaliser_does_not_overflow() -> None:
    assert np.isfinite(log_normaliser(np.array([1e4, 1e4], np.float32)))
    assert abs(log_normaliser(np.array([0.0, 0.0], np.float32)) - np.log(2)) < 1e-9
