"""A grid: the settings that guided trials go through, in a stated order."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection
from dataclasses import dataclass

from egcfg_tui.solving.request.settings import Settings, SettingValue


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting and the values it takes, preferred ones first; choices by their names."""

    name: str
    values: tuple[SettingValue, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """Every combination of the axes' values; without axes, the one setting that it is applied to.

    Order: by how far a combination is from the favourites, which is the sum of its places on the axes;
    among equals the last axis moves first. So a budget for few trials is spent on favourites, and on every
    axis a little, before any axis is followed to its end.
    """

    axes: tuple[Axis, ...] = ()

    def __len__(self) -> int:
        return math.prod(len(axis.values) for axis in self.axes)

    def settings(self, base: Settings) -> tuple[Settings, ...]:
        """The combinations in order, each once; what no axis names is taken from `base`.

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
        """The grid without these axes: what the user set by hand holds for all trials."""
        return Grid(tuple(axis for axis in self.axes if axis.name not in names))
