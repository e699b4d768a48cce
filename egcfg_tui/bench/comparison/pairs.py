"""Compares two rows of a comparison on the exercises for which both have a result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Final

import numpy as np

from egcfg_tui.bench.comparison import statistics, words
from egcfg_tui.bench.comparison.rows import shared_exercises
from egcfg_tui.bench.comparison.statistics import Differences
from egcfg_tui.bench.comparison.summary import PairSummary, RowSummary

POINTS: Final = 100
"""The percentage points in a share of 1."""


def compare_pairs(rows: Sequence[RowSummary]) -> list[PairSummary]:
    """Every pair of rows, in the order of the rows."""
    names = words.short_names(rows)
    return [compare_pair(a, b, names[a.name], names[b.name]) for a, b in combinations(rows, 2)]


def compare_pair(a: RowSummary, b: RowSummary, a_named: str, b_named: str) -> PairSummary:
    """The comparison of two rows. Sentences call them `a_named` and `b_named`."""
    shared = shared_exercises(a, b)
    both, only_a, only_b, neither = _four_cells(a, b, shared)
    p = statistics.mcnemar(len(only_a), len(only_b))
    difference = low = high = needed = ahead = None
    if shared:
        differences = np.array([a.cells[id_].share - b.cells[id_].share for id_ in shared])
        difference = float(differences.mean())
        low, high = statistics.interval(differences)
        if p < statistics.SIGNIFICANCE and (low > 0 or high < 0):
            ahead = a.name if difference > 0 else b.name
        else:
            majorities = np.array([float(a.cells[id_].solved) - b.cells[id_].solved for id_ in shared])
            needed = _needed(differences, majorities)
        difference, low, high = (POINTS * share for share in (difference, low, high))
    pair = PairSummary(
        a.name, b.name, difference, low, high, p, both, only_a, only_b, neither, ahead, needed, words=""
    )
    return replace(pair, words=words.pair_sentence(pair, a_named, b_named))


def _four_cells(a: RowSummary, b: RowSummary, shared: Sequence[str]) -> list[tuple[str, ...]]:
    """The exercises that both, only a, only b, and neither of them solved."""
    cells: dict[tuple[bool, bool], list[str]] = defaultdict(list)
    for id_ in shared:
        cells[a.cells[id_].solved, b.cells[id_].solved].append(id_)
    return [tuple(cells[solved]) for solved in ((True, True), (True, False), (False, True), (False, False))]


def _needed(differences: Differences, majorities: Differences) -> int | None:
    """How many exercises would show the measured difference, by both the interval and the exact test.

    The interval uses `differences`, the exact test `majorities`; with one repeat these are the same. Without
    a measured difference it is the number that would show `WORTH_SEEING` points.
    """
    numbers = [
        statistics.exercises_needed(float(seen.mean()), float((seen**2).mean()))
        for seen in (differences, majorities)
    ]
    found = [number for number in numbers if number is not None]
    if len(found) == len(numbers):
        return max(found)
    # Laplace's estimate of the mean square: it is above 0 even if all exercises agree.
    mean_square = (float((differences**2).sum()) + 1) / (len(differences) + 2)
    worth_seeing = words.WORTH_SEEING / POINTS
    return statistics.exercises_needed(worth_seeing, max(worth_seeing, mean_square))
