"""Everything that a bench needs to run: its plan, and the exercises and models that the plan names."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from egcfg_tui import __version__
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.bench.model_facts import planned_models
from egcfg_tui.bench.outcomes import SCORING_S
from egcfg_tui.bench.plan import (
    KIND,
    SCHEMA,
    Plan,
    PlannedExercise,
    PlannedMethod,
    llama_cpp_version,
    now,
)
from egcfg_tui.bench.records import BenchError, Task
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.exercises import Exercise, Visibility, reference_to, with_visible
from egcfg_tui.exercises.packages import require_packages
from egcfg_tui.runs.machine import this_machine
from egcfg_tui.solving.methods import method_named
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

WALL = "wall"
MODEL = "model"
CLOCKS = (WALL, MODEL)
"""The clocks that measure a bench's budgets and times."""

FORMAT = "format"
"""Stands for no `Visibility`: the visible tests are those of the exercise's format."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The user's choices for a bench. `budget_s` or `budget_tokens` is None; `grids` are by method."""

    exercises: tuple[Exercise, ...]
    models: tuple[ModelSpec, ...]
    methods: tuple[str, ...]
    grids: Mapping[str, Grid]
    settings: Settings
    budget_s: float | None
    budget_tokens: int | None = None
    repeats: int = 1
    seed: int = 0
    clock: str = WALL
    visible: Visibility | None = None
    missing_layers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BenchSetup:
    """A plan with its exercises (by id and hash) and its models (by name)."""

    plan: Plan
    exercises: Mapping[tuple[str, str], Exercise]
    specs: Mapping[str, ModelSpec]

    def request(self, task: Task) -> SolveRequest:
        """The solver's request for a task."""
        plan = self.plan
        grid = next(method.grid for method in plan.methods if method.name == task.method)
        return SolveRequest(
            exercise=self.exercises[task.exercise, task.exercise_sha256],
            method=task.method,
            settings=plan.settings,
            budget_s=math.inf if plan.budget_s is None else plan.budget_s,
            seed=plan.seed_of(task.repeat),
            grid=grid,
            budget_tokens=plan.budget_tokens,
            scoring_s=SCORING_S,
        )


def set_up(choices: Choices) -> BenchSetup:
    """Checks the choices and makes a plan of them. Raises `BenchError`, `ExerciseError` and `ModelError`.

    A model that does not fit into memory is refused here, before anything runs.
    """
    exercises: dict[tuple[str, str], Exercise] = {}
    for given in choices.exercises:
        exercise = with_visible(given, choices.visible)
        require_packages(exercise)
        exercises.setdefault((exercise.id, exercise_sha256(exercise)), exercise)
    if not exercises:
        raise BenchError("no exercise is chosen; see `egcfg-tui exercises list`")
    names = [spec.name for spec in choices.models]
    for name in names:
        if names.count(name) > 1:
            raise BenchError(f"two models are called {name}; name each once, or rename a file")
    models = planned_models(choices.models)
    plan = Plan(
        schema=SCHEMA,
        kind=KIND,
        version=__version__,
        created=now(),
        exercises=tuple(
            PlannedExercise(
                exercise.id, sha256, reference_to(exercise), len(exercise.visible), len(exercise.hidden)
            )
            for (_, sha256), exercise in exercises.items()
        ),
        models=models,
        methods=tuple(_planned_method(method, choices) for method in choices.methods),
        repeats=choices.repeats,
        seed=choices.seed,
        budget_s=choices.budget_s,
        budget_tokens=choices.budget_tokens,
        clock=choices.clock,
        visible=FORMAT if choices.visible is None else choices.visible.value,
        settings=choices.settings,
        prompt_style=choices.settings.prompt_style.value,
        missing_layers=choices.missing_layers,
        llama_cpp=llama_cpp_version(),
        machine=this_machine(),
    )
    return BenchSetup(plan, exercises, {spec.name: spec for spec in choices.models})


def _planned_method(method: str, choices: Choices) -> PlannedMethod:
    grid = choices.grids[method]
    first = grid.settings(choices.settings)[0] if method_named(method).guided else choices.settings
    return PlannedMethod(method, first.to_string(), grid)
