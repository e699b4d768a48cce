"""What comes next, by method."""

from __future__ import annotations

import dataclasses

import pytest
from support.total import EXERCISE

from egcfg_tui.solving.grid import Axis, Grid
from egcfg_tui.solving.request import SolveRequest
from egcfg_tui.solving.schedules import FIRST_ROUNDS, ROUNDS_BETWEEN, Past, Step, next_step
from egcfg_tui.solving.settings import Method, Settings

GRID = Grid((Axis("gamma", (1.0, 3.0)), Axis("temperature", (0.75, 0.0))))


def follow(request: SolveRequest, limit: int, exhausted_after: int = 10**6) -> list[Step]:
    """The first steps of a request on which every trial fails."""
    past, steps = Past(), list[Step]()
    while len(steps) < limit:
        step = next_step(request, request.grid.settings(request.settings), past)
        if step is None:
            break
        steps.append(step)
        sampled = past.sampled + (step.method is Method.SAMPLE)
        past = Past(
            past.greedy + (step.method is Method.GREEDY),
            sampled,
            past.guided + (step.method is Method.EGCFG),
            sampled >= exhausted_after,
        )
    return steps


def methods(steps: list[Step]) -> list[Method]:
    return [step.method for step in steps]


def test_greedy_is_one_trial() -> None:
    assert methods(follow(SolveRequest(EXERCISE, Method.GREEDY), 9)) == [Method.GREEDY]


def test_samples_go_on_until_nothing_new_is_to_be_had() -> None:
    request = SolveRequest(EXERCISE, Method.SAMPLE)
    assert methods(follow(request, 9)) == [Method.SAMPLE] * 9
    assert methods(follow(request, 9, exhausted_after=2)) == [Method.SAMPLE] * 2


def test_the_grid_is_followed_in_its_order_and_then_again_with_other_random_numbers() -> None:
    steps = follow(SolveRequest(EXERCISE, Method.EGCFG, grid=GRID, seed=5), 7)
    grid = GRID.settings(Settings())
    assert [step.settings for step in steps[:4]] == list(grid)
    # Temperature 0 has no chance in it: again would be the same.
    assert [step.settings.temperature for step in steps[4:]] == [0.75] * 3
    assert len({step.seed for step in steps}) == len(steps)
    assert not any(step.from_failures for step in steps)


def test_a_grid_without_chance_is_followed_once() -> None:
    request = SolveRequest(EXERCISE, Method.EGCFG, Settings(temperature=0.0))
    assert len(follow(request, 9)) == 1


def test_auto_is_greedy_then_samples_then_guided_trials_and_samples_in_turn() -> None:
    steps = follow(
        SolveRequest(EXERCISE, Method.AUTO, grid=GRID), 1 + FIRST_ROUNDS + 3 * (1 + ROUNDS_BETWEEN)
    )
    turn = [Method.EGCFG] + [Method.SAMPLE] * ROUNDS_BETWEEN
    assert methods(steps) == [Method.GREEDY] + [Method.SAMPLE] * FIRST_ROUNDS + turn * 3
    guided = [step for step in steps if step.method is Method.EGCFG]
    assert all(step.from_failures for step in guided)
    assert [step.settings for step in guided] == list(GRID.settings(Settings())[:3])
    assert len({step.seed for step in steps if step.method is Method.SAMPLE}) == 1, "one tree of samples"


def test_auto_goes_on_with_guided_trials_where_samples_say_nothing_new() -> None:
    steps = follow(SolveRequest(EXERCISE, Method.AUTO, grid=GRID), 8, exhausted_after=1)
    assert methods(steps) == [Method.GREEDY, Method.SAMPLE] + [Method.EGCFG] * 6


@pytest.mark.parametrize("method", list(Method))
def test_without_visible_tests_there_is_one_trial(method: Method) -> None:
    exercise = dataclasses.replace(EXERCISE, visible=())
    (step,) = follow(SolveRequest(exercise, method), 9)
    assert step.method is (Method.GREEDY if method is Method.AUTO else method)
