"""The two charts of curves that every report has: over seconds and over tokens."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from egcfg_tui.bench.comparison.curve import Curve
from egcfg_tui.bench.comparison.summary import Comparison


@dataclass(frozen=True, slots=True)
class CurveAxis:
    """The curves of all rows over one kind of cost, `seconds` or `tokens`, to be drawn from 0 to `end`."""

    unit: str
    curves: tuple[Curve, ...]
    end: float


def curve_axes(comparison: Comparison) -> Iterator[CurveAxis]:
    """The axes. Each ends at the budget, or later at the last solved task; none if no task was solved."""
    rows, conditions = comparison.rows, comparison.conditions
    for unit, curves, budget in (
        ("seconds", tuple(row.by_seconds for row in rows), conditions.budget_s),
        ("tokens", tuple(row.by_tokens for row in rows), conditions.budget_tokens),
    ):
        last = max((curve.costs[-1] for curve in curves if curve.costs), default=0)
        if last:
            yield CurveAxis(unit, curves, max(last, budget or 0))
