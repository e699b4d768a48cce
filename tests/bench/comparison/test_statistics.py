"""The statistics agree with textbooks and other programs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from egcfg_tui.bench.comparison.statistics import (
    exercises_needed,
    interval,
    mcnemar,
    relative_success_rate,
)

MICE = np.array([94.0, 197, 16, 38, 99, 141, 23])
"""Survival of the treated mice: Efron and Tibshirani, An Introduction to the Bootstrap (1993), table 2.1."""


def test_the_interval_is_that_of_the_book_s_mice() -> None:
    """Table 13.1: 45.9 to 135.4 from 1000 resamples."""
    assert interval(MICE) == pytest.approx((45.9, 135.4), rel=0.05)


def test_the_interval_is_that_of_all_resamples_there_are() -> None:
    """Seven values have 823,543 resamples: the ideal bootstrap, without random numbers."""
    means = np.array(list(product(MICE, repeat=7)), dtype=np.float32).mean(axis=1)
    assert interval(MICE) == pytest.approx(tuple(np.quantile(means, [0.025, 0.975])), rel=0.02)


@pytest.mark.parametrize(("solved", "exercises"), [(3, 15), (20, 50), (450, 1000)])
def test_resampling_yes_and_no_is_the_binomial_distribution(solved: int, exercises: int) -> None:
    differences = np.array([1.0] * solved + [0.0] * (exercises - solved))
    exact = binom.ppf([0.025, 0.975], exercises, solved / exercises) / exercises
    assert interval(differences) == pytest.approx(tuple(exact), abs=1.01 / exercises)


def test_the_same_data_give_the_same_interval() -> None:
    assert interval(MICE) == interval(MICE.copy())


@given(st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=1, max_size=40))
def test_the_interval_contains_the_mean_and_turns_with_the_sides(values: list[float]) -> None:
    differences = np.array(values)
    low, high = interval(differences)
    assert -1 <= low <= differences.mean() + 1e-12
    assert differences.mean() - 1e-12 <= high <= 1
    assert interval(-differences) == pytest.approx((-high, -low), abs=1e-9)


@pytest.mark.parametrize("difference", [-1.0, 0.0, 1.0])
def test_exercises_that_all_agree_are_no_certainty(difference: float) -> None:
    """If all n agree, Clopper and Pearson's lower limit is 0.025 ** (1 / n)."""
    low, high = interval(np.full(10, difference))
    share = 0.025 ** (1 / 10)
    assert high - low == pytest.approx(2 * (1 - share))
    wider = interval(np.full(5, difference))
    assert wider[1] - wider[0] > high - low > 0


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [
        # R, exact2x2, vignette exactMcNemar: matrix(c(21, 9, 2, 12)).
        (9, 2, 0.06543),
        # Fagerland, Lydersen, Laake, BMC Med Res Methodol 13:91 (2013): Bentur et al., Cavo et al.
        (1, 7, 0.0703),
        (6, 16, 0.0525),
        (0, 0, 1.0),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
    ],
)
def test_mcnemar_is_that_of_other_programs(only_a: int, only_b: int, p: float) -> None:
    assert mcnemar(only_a, only_b) == pytest.approx(p, abs=5e-5)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemar_does_not_ask_which_side_is_first(one: int, other: int) -> None:
    assert mcnemar(one, other) == pytest.approx(mcnemar(other, one))


@pytest.mark.parametrize(
    ("p10", "p01", "needed"),
    [
        # powerandsamplesize.com, McNemar's Z test, two-sided equality, after Connor (1987).
        (0.05, 0.45, 23),
        # clinicaltrials-tools, McNemar's test (Connor 1987).
        (0.15, 0.30, 155),
    ],
)
def test_the_exercises_needed_are_those_of_connor(p10: float, p01: float, needed: int) -> None:
    assert exercises_needed(p01 - p10, p10 + p01) == needed
    assert exercises_needed(p10 - p01, p10 + p01) == needed


@given(st.integers(1, 60), st.data())
def test_what_the_exact_test_does_not_see_needs_more_exercises_than_there_are(
    exercises: int, data: st.DataObject
) -> None:
    only_a = data.draw(st.integers(0, exercises))
    only_b = data.draw(st.integers(0, exercises - only_a))
    if only_a == only_b or mcnemar(only_a, only_b) < 0.05:
        return
    needed = exercises_needed((only_a - only_b) / exercises, (only_a + only_b) / exercises)
    assert needed is not None
    assert needed > exercises


def test_no_number_of_exercises_shows_no_difference() -> None:
    assert exercises_needed(0.0, 0.3) is None


@pytest.mark.parametrize(
    ("accuracy", "baseline", "rate"),
    [
        # arXiv 2506.10948: MBPP with DeepSeek-Coder 1.3B, and its baseline.
        (0.832, 0.494, 0.668),
        (0.3, 0.5, -0.4),
        (1.0, 1.0, None),
    ],
)
def test_rsr_is_the_part_of_the_misses_that_is_won(
    accuracy: float, baseline: float, rate: float | None
) -> None:
    assert relative_success_rate(accuracy, baseline) == (
        rate if rate is None else pytest.approx(rate, abs=5e-4)
    )
