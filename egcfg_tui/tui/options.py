"""What the next solve will be run with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from egcfg_tui.solving.commands import LIVE
from egcfg_tui.solving.methods import DEFAULT_METHOD, offered_methods
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.grid_file import grid_for
from egcfg_tui.solving.request.settings import RANGES, Settings

GAMMA_STEP: Final = 0.25


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """The user's choices: kept from one solve to the next. `budget_s` is wall seconds.

    `chosen_grid` is the user's; None: that of the method. No grid varies the settings that are `held`.
    """

    method: str = DEFAULT_METHOD
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0
    chosen_grid: Grid | None = None
    held: frozenset[str] = frozenset()

    @property
    def grid(self) -> Grid:
        """What the guided trials of the next solve go through."""
        return grid_for(self.method, self.chosen_grid, self.held)

    def with_gamma_moved(self, steps: int) -> SolveOptions:
        """The guidance weight moved by whole steps inside its range, and held from then on."""
        low, high = RANGES["gamma"]
        gamma = min(high, max(low, round(self.settings.gamma + steps * GAMMA_STEP, 4)))
        return replace(self, settings=replace(self.settings, gamma=gamma), held=self.held | {"gamma"})

    def with_next_method(self) -> SolveOptions:
        """The method after this one, the last being followed by the first; so is one that is not offered."""
        names = offered_methods()
        at = names.index(self.method) if self.method in names else -1
        return replace(self, method=names[(at + 1) % len(names)])

    def with_method(self, method: str) -> SolveOptions:
        """Another method."""
        return replace(self, method=method)

    def with_next_seed(self) -> SolveOptions:
        """The seed after this one."""
        return replace(self, seed=self.seed + 1)


def live_values(options: SolveOptions) -> dict[str, float]:
    """What of the options a solve in flight can take."""
    own = {"seed": options.seed, "budget_s": options.budget_s}
    return {name: own[name] if name in own else getattr(options.settings, name) for name in LIVE}
