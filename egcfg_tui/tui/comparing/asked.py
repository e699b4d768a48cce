"""The user's choice of what to compare, and the `Choices` of the bench that it becomes."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import BUNDLED, Exercise, ExerciseError, Visibility, bundled_half, load_chosen
from egcfg_tui.solving.request.grid_file import grid_for
from egcfg_tui.tui.options import SolveOptions

if TYPE_CHECKING:
    from egcfg_tui.bench.setup import Choices

BUDGET_S: Final = 25.0
"""With it, half of the bundled exercises by two pairs of model and method take less than 20 minutes."""


class Which(StrEnum):
    """Which exercises are compared on."""

    HALF = "half"
    """Every second bundled one."""
    ALL = "all"
    """All bundled ones."""
    NAMED = "named"
    """Those that the user names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The user's choices. `references` is what was typed: files, folders, `FILE#1-20`, bundled ids.

    `models` are names that `models.resolve` takes. `budget_s` is wall seconds a task.
    """

    models: tuple[str, ...]
    methods: tuple[str, ...]
    which: Which = Which.HALF
    references: str = ""
    budget_s: float = BUDGET_S

    @property
    def rows(self) -> int:
        """How many pairs of a model and a method there are."""
        return len(self.models) * len(self.methods)


def exercises_of(which: Which, references: str = "") -> tuple[Exercise, ...]:
    """The exercises that are asked for. Raises `ExerciseError`."""
    match which:
        case Which.HALF:
            return tuple(bundled_half())
        case Which.ALL:
            return tuple(load_chosen([BUNDLED]))
        case Which.NAMED:
            return tuple(load_chosen(_split(references)))


def choices_of(
    asked: Asked,
    options: SolveOptions,
    model_named: Callable[[str], ModelSpec],
    *,
    visible: Visibility | None,
    missing_layers: tuple[str, ...],
) -> Choices:
    """What a bench takes; settings, grid and seed are the workbench's.

    Raises `ExerciseError` and `ModelError`.
    """
    from egcfg_tui.bench.setup import Choices

    return Choices(
        exercises=exercises_of(asked.which, asked.references),
        models=tuple(model_named(name) for name in asked.models),
        methods=asked.methods,
        grids={method: grid_for(method, options.chosen_grid, options.held) for method in asked.methods},
        settings=options.settings,
        budget_s=asked.budget_s,
        seed=options.seed,
        visible=visible,
        missing_layers=missing_layers,
    )


def _split(references: str) -> list[str]:
    try:
        return shlex.split(references)
    except ValueError as error:
        raise ExerciseError(f"{references}: a quotation mark is not closed; close it") from error
