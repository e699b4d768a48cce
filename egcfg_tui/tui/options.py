"""What the next solve will be run with."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from egcfg_tui.solving.settings import RANGES, Method, Settings

GAMMA_STEP: Final = 0.25


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """The user's choices: kept from one solve to the next. `budget_s` is wall seconds."""

    method: Method = Method.EGCFG
    settings: Settings = field(default_factory=Settings)
    budget_s: float = 120.0
    seed: int = 0

    def with_gamma_moved(self, steps: int) -> SolveOptions:
        """The guidance weight moved by whole steps, held inside its range."""
        low, high = RANGES["gamma"]
        gamma = min(high, max(low, round(self.settings.gamma + steps * GAMMA_STEP, 4)))
        return replace(self, settings=replace(self.settings, gamma=gamma))

    def with_next_method(self) -> SolveOptions:
        """The method after this one, the last being followed by the first."""
        methods = list(Method)
        return replace(self, method=methods[(methods.index(self.method) + 1) % len(methods)])

    def with_method(self, method: Method) -> SolveOptions:
        """Another method."""
        return replace(self, method=method)

    def with_next_seed(self) -> SolveOptions:
        """The seed after this one."""
        return replace(self, seed=self.seed + 1)
