"""Curves are stairs: they rise with the cost and end at the solved share."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.bench.comparison.curve import curve

COSTS = st.lists(st.floats(0.1, 1000), max_size=300)


def test_a_worked_case() -> None:
    stairs = curve([3.0, 1.0], tasks=4)
    assert [stairs.solved_after(cost) for cost in (0.9, 1, 2.9, 3, 100)] == [0, 0.25, 0.25, 0.5, 0.5]
    assert stairs.steps(5, points=10) == ([0, 1, 1, 3, 3, 5], [0, 0, 0.25, 0.25, 0.5, 0.5])


@given(COSTS, st.integers(0, 50), st.integers(1, 40))
def test_drawn_stairs_never_fall_and_keep_to_the_curve(costs: list[float], more: int, points: int) -> None:
    stairs = curve(costs, tasks=len(costs) + more)
    xs, shares = stairs.steps(1000, points)
    assert len(xs) <= 2 * points + 2
    assert all(one <= other for one, other in pairwise(xs))
    assert all(one <= other for one, other in pairwise(shares))
    assert (xs[0], xs[-1]) == (0, 1000)
    assert shares[-1] == stairs.solved_after(1000)
    assert all(share <= stairs.solved_after(x) for x, share in zip(xs, shares, strict=True))
