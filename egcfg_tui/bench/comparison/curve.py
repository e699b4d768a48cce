"""The share of solved tasks as a function of the cost per task."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Curve:
    """A step curve: after spending `costs[i]` on each of `tasks` tasks, i + 1 of them are solved.

    `costs` is sorted and in seconds or in tokens.
    """

    costs: tuple[float, ...]
    tasks: int

    def solved_after(self, cost: float) -> float:
        """The share of tasks solved by spending up to `cost` on each, from 0 to 1."""
        return bisect_right(self.costs, cost) / self.tasks if self.tasks else 0.0

    def steps(self, end: float, points: int) -> tuple[list[float], list[float]]:
        """Costs and shares to draw from 0 to `end`.

        There are two points per step, so that a line through all of them shows stairs. If there are more than
        `points` steps, only every n-th is drawn.
        """
        costs = [cost for cost in self.costs if cost <= end]
        stride = max(1, -(-len(costs) // points))
        xs, ys = [0.0], [0.0]
        for index in range(stride - 1, len(costs), stride):
            xs += [costs[index]] * 2
            ys += [ys[-1], (index + 1) / self.tasks]
        return [*xs, end], [*ys, self.solved_after(end)]


def curve(costs_of_solved: Iterable[float], tasks: int) -> Curve:
    """The curve of `tasks` tasks, given the cost of each solved one."""
    return Curve(tuple(sorted(costs_of_solved)), tasks)
