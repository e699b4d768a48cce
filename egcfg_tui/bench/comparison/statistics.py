"""The statistics of a comparison, computed with scipy.

The unit is the exercise: two methods solve the same exercises, so the statistics are about their difference
on each one. `differences` is an array of shape [exercises]: the share of repeats that one row solved minus
the share that the other solved, from -1 to 1.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

CONFIDENCE: Final = 0.95
SIGNIFICANCE: Final = 0.05
POWER: Final = 0.8
SEED: Final = 0
_LEAST_DISCORDANT: Final = 6
"""The least number of fair coins that must all fall on one side for a two-sided p-value below 0.05."""

Differences = NDArray[np.float64]


def interval(differences: Differences) -> tuple[float, float]:
    """The 95 % interval of the mean difference, by a percentile bootstrap over exercises with a fixed seed.

    The percentile method is symmetric: swapping the two sides only changes the signs. If all differences are
    equal, a bootstrap has nothing to vary and would claim certainty; then the interval is an exact one.
    """
    if np.ptp(differences) == 0:
        return _interval_of_agreement(len(differences), float(differences[0]))
    found = stats.bootstrap(
        (differences,),
        np.mean,
        n_resamples=_resamples(len(differences)),
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=np.random.default_rng(SEED),
    ).confidence_interval
    return float(found.low), float(found.high)


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact p-value of McNemar's test, two-sided, from the exercises that only one side solved.

    Under the null hypothesis each of them is a fair coin (Agresti, Categorical Data Analysis, section 10.1).
    """
    discordant = only_a + only_b
    return float(stats.binomtest(only_a, discordant, 0.5).pvalue) if discordant else 1.0


def exercises_needed(difference: float, mean_square: float) -> int | None:
    """How many exercises show a mean difference at the 5 % level with a power of 80 %; None for difference 0.

    `mean_square` is the mean of the squared differences. With one repeat it is the share of exercises that
    only one side solved, and the formula is that of Connor (Biometrics 43, 1987, page 209). The exact test
    cannot be significant with fewer than six such exercises.
    """
    if difference == 0:
        return None
    alpha, beta = (float(stats.norm.ppf(share)) for share in (1 - SIGNIFICANCE / 2, POWER))
    spread = max(0.0, mean_square - difference**2)
    normal = ((alpha * math.sqrt(mean_square) + beta * math.sqrt(spread)) / difference) ** 2
    return math.ceil(max(normal, _LEAST_DISCORDANT / mean_square))


def relative_success_rate(share: float, greedy: float) -> float | None:
    """The share solved of the exercises that greedy decoding misses: RSR of arXiv 2506.10948.

    It is negative if fewer are solved than by greedy decoding, and None if greedy decoding solves all.
    """
    return (share - greedy) / (1 - greedy) if greedy < 1 else None


def _resamples(exercises: int) -> int:
    """The number of resamples: scipy's default, or fewer for many exercises, which need fewer for an exact
    interval."""
    return max(999, min(9999, 2_000_000 // exercises))


def _interval_of_agreement(exercises: int, difference: float) -> tuple[float, float]:
    """The interval if all exercises gave the same difference.

    Clopper and Pearson's method gives a lower bound for the share of exercises with this difference. All
    other exercises may have a difference of -1 or 1.
    """
    share = float(stats.binomtest(exercises, exercises).proportion_ci(CONFIDENCE, "exact").low)
    return max(-1.0, share * difference - (1 - share)), min(1.0, share * difference + (1 - share))
