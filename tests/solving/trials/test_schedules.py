"""Which trial comes next, for each method."""

from __future__ import annotations

import dataclasses

import pytest
from support.total import EXERCISE, THREE_TESTS

from egcfg_tui.solving.methods import METHODS
from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial, next_trial

GRID = Grid((Axis("gamma", (1.0, 3.0)), Axis("temperature", (0.75, 0.0))))


def follow(
    request: SolveRequest,
    limit: int,
    exhausted_after: int = 10**6,
    evaluated: int = 9,
    late_after: int = 10**6,
    mutable: bool = False,
) -> list[PlannedTrial]:
    """The first steps of a request on which every trial fails, and every round gives 8 distinct answers."""
    past, steps = Past(), list[PlannedTrial]()
    while len(steps) < limit:
        planned = next_trial(request, request.grid.settings(request.settings), past)
        if planned is None:
            break
        steps.append(planned)
        samples = past.counts["sample"] + (planned.method == "sample")
        past = past.after(
            planned.method,
            evaluated=evaluated,
            exhausted=samples >= exhausted_after,
            answers=8 * samples,
            mutable=mutable,
            late=len(steps) >= late_after,
        )
    return steps


def methods(steps: list[PlannedTrial]) -> list[str]:
    return [planned.method for planned in steps]


def test_greedy_is_one_trial() -> None:
    assert methods(follow(SolveRequest(EXERCISE, "greedy"), 9)) == ["greedy"]


def test_samples_go_on_until_nothing_new_is_to_be_had() -> None:
    request = SolveRequest(EXERCISE, "sample")
    assert methods(follow(request, 9)) == ["sample"] * 9
    assert methods(follow(request, 9, exhausted_after=2)) == ["sample"] * 2


def test_the_grid_is_followed_in_its_order_and_then_again_with_other_random_numbers() -> None:
    steps = follow(SolveRequest(EXERCISE, "egcfg", grid=GRID, seed=5), 7)
    grid = GRID.settings(Settings())
    assert [planned.settings for planned in steps[:4]] == list(grid)
    # At temperature 0 nothing is random: a second time would give the same.
    assert [planned.settings.temperature for planned in steps[4:]] == [0.75] * 3
    assert len({planned.seed for planned in steps}) == len(steps)
    assert not any(planned.shares for planned in steps)


def test_a_grid_without_chance_is_followed_once() -> None:
    request = SolveRequest(EXERCISE, "egcfg", Settings(temperature=0.0))
    assert len(follow(request, 9)) == 1


def test_a_grid_is_followed_once_if_the_model_ends_every_answer_at_once() -> None:
    request = SolveRequest(EXERCISE, "egcfg", grid=GRID)
    assert len(follow(request, 9, evaluated=0)) == 4


def test_auto_is_greedy_then_samples() -> None:
    steps = follow(SolveRequest(EXERCISE, "auto", grid=GRID), 9)
    assert methods(steps) == ["greedy"] + ["sample"] * 8
    assert len({planned.seed for planned in steps[1:]}) == 1, "one tree of samples"


def test_auto_guides_where_samples_say_nothing_new() -> None:
    steps = follow(SolveRequest(EXERCISE, "auto", grid=GRID), 8, exhausted_after=1)
    assert methods(steps) == ["greedy", "sample"] + ["egcfg"] * 6
    guided = steps[2:]
    assert all(planned.shares for planned in guided)
    assert [planned.settings for planned in guided[:4]] == list(GRID.settings(Settings()))


@pytest.mark.parametrize("method", ["auto", "mutate"])
def test_mutants_follow_each_round_from_the_24th_answer_on(method: str) -> None:
    steps = methods(follow(SolveRequest(THREE_TESTS, method), 9, mutable=True))
    assert [step for step in steps if step != "greedy"][:8] == ["sample"] * 3 + ["mutate", "sample"] * 2 + [
        "mutate"
    ]


def test_mutants_are_due_after_half_of_the_budget() -> None:
    steps = follow(SolveRequest(THREE_TESTS, "mutate"), 5, late_after=1, mutable=True)
    assert methods(steps) == ["sample", "mutate", "sample", "mutate", "sample"]


def test_mutants_are_due_when_samples_are_exhausted_and_guided_trials_come_between_them() -> None:
    steps = follow(SolveRequest(THREE_TESTS, "auto", grid=GRID), 6, exhausted_after=1, mutable=True)
    assert methods(steps) == ["greedy", "sample", "mutate", "egcfg", "mutate", "egcfg"]


def test_two_tests_say_too_little_about_a_mutant() -> None:
    assert methods(follow(SolveRequest(EXERCISE, "mutate"), 9, mutable=True)) == ["sample"] * 9


@pytest.mark.parametrize("method", list(METHODS))
def test_without_visible_tests_there_is_one_trial(method: str) -> None:
    exercise = dataclasses.replace(EXERCISE, visible=())
    (planned,) = follow(SolveRequest(exercise, method), 9)
    assert planned.method == METHODS[method].starts_with
