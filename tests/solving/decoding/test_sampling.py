"""Filters of the sampler, in the order in which they apply: temperature, top-k, top-p."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from egcfg_tui.solving.decoding.sampling import TOP_K, greedy, sample, top_tokens, uniform_at

logits = st.lists(st.floats(-20, 20, width=32), min_size=2, max_size=40).map(
    lambda v: np.array(v, np.float32)
)


uniform = st.floats(0, 1, exclude_max=True)


@given(logits, uniform)
def test_temperature_0_is_greedy_and_ignores_the_random_number(row: np.ndarray, number: float) -> None:
    assert sample(row, 0.0, 0.5, number) == greedy(row)


@given(st.tuples(st.integers(0, 2**31), st.integers(0, 9)), st.integers(0, 500))
def test_a_position_has_one_random_number(seed: tuple[int, ...], position: int) -> None:
    number = uniform_at(seed, position)
    assert 0 <= number < 1
    assert uniform_at(seed, position) == number
    assert uniform_at(seed, position + 1) != number


@settings(max_examples=60)
@given(logits, st.floats(0.2, 2), st.floats(0.1, 0.99), uniform)
def test_a_draw_lies_in_the_nucleus(row: np.ndarray, t: float, p: float, number: float) -> None:
    token = sample(row, t, p, number)
    scaled = row.astype(np.float64) / t
    weights = np.exp(scaled - scaled.max())
    weights /= weights.sum()
    likelier = weights[weights > weights[token]].sum()
    assert likelier <= p + 1e-9


def test_a_tiny_nucleus_leaves_only_the_likeliest() -> None:
    row = np.array([0.0, 3.0, 1.0], np.float32)
    assert {sample(row, 1.0, 0.01, n / 50) for n in range(50)} == {1}


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.5])
def test_frequencies_follow_the_tempered_distribution(temperature: float) -> None:
    row = np.log(np.array([0.5, 0.3, 0.2], np.float32))
    rng = np.random.default_rng(7)
    counts = (
        np.bincount([sample(row, temperature, 1.0, rng.random()) for _ in range(6000)], minlength=3) / 6000
    )
    expected = np.exp(row.astype(float) / temperature)
    np.testing.assert_allclose(counts, expected / expected.sum(), atol=0.03)


def test_tokens_beyond_top_k_are_never_drawn() -> None:
    row = np.zeros(TOP_K + 50, np.float32)
    row[:TOP_K] = 1.0
    rng = np.random.default_rng(1)
    assert max(sample(row, 2.0, 1.0, rng.random()) for _ in range(2000)) < TOP_K


@settings(max_examples=40)
@given(st.integers(1, 5000), st.integers(0, 2**31), st.sampled_from([0.001, 1.0, 50.0]))
def test_the_top_tokens_are_those_of_a_whole_sort(size: int, seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    # Whole multiples of the spread tie often; a stretch that is likelier than the rest fills some columns.
    row = (rng.normal(0, 4, size).round() * spread).astype(np.float32)
    row[: rng.integers(0, size + 1)] += 3 * spread
    top = top_tokens(row)
    count = min(TOP_K, size)
    np.testing.assert_array_equal(top.logits, np.sort(row)[::-1][:count])
    np.testing.assert_array_equal(row[top.tokens], top.logits)
    assert len(set(top.tokens.tolist())) == count
    ties = np.flatnonzero(top.logits[:-1] == top.logits[1:])
    assert all(top.tokens[ties] < top.tokens[ties + 1])
