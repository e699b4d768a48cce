"""A grid: the settings of the guided trials, in a fixed order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from dataclasses import dataclass

from egcfg_tui.solving.request.settings import Settings, SettingValue


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting and its values, the preferred ones first; choices are given by their names."""

    name: str
    values: tuple[SettingValue, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of the axes' values; without axes only the settings that it is applied to.

    Combinations are ordered by their distance from the preferred values, which is the sum of their places on
    the axes; at equal distance the last axis moves first. So a budget for few trials goes to preferred values
    and tries each axis a little, before any axis is followed to its end.
    """

    axes: tuple[Axis, ...] = ()

    def __len__(self) -> int:
        return math.prod(len(axis.values) for axis in self.axes)

    def settings(self, base: Settings) -> tuple[Settings, ...]:
        """The combinations in order, each once; settings without an axis are taken from `base`.

        Raises `SettingError` for an axis that is no setting, or a value that does not belong to it.
        """
        places = itertools.product(*(range(len(axis.values)) for axis in self.axes))
        found: dict[Settings, None] = {}
        for place in sorted(places, key=sum):
            settings = base
            for axis, index in zip(self.axes, place, strict=True):
                settings = settings.with_value(axis.name, axis.values[index])
            found.setdefault(settings)
        return tuple(found)

    def without(self, names: Collection[str]) -> Grid:
        """The grid without these axes, because the user has fixed their values for all trials."""
        return Grid(tuple(axis for axis in self.axes if axis.name not in names))
