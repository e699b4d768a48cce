"""Grids: every combination once, favourites first."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.solving.request.grid import Axis, Grid
from egcfg_tui.solving.request.settings import SettingError, Settings

AXES = (
    Axis("horizon", (2, 3, 6)),
    Axis("temperature", (0.75, 0.9)),
    Axis("prompt_style", ("plain", "long-code")),
    Axis("gamma", (0.0, 0.5, 1.0, 3.0)),
)
axes = st.lists(st.sampled_from(AXES), unique=True).map(tuple)


def places(grid: Grid, settings: Settings) -> tuple[int, ...]:
    return tuple(axis.values.index(getattr(settings, axis.name)) for axis in grid.axes)


@given(axes)
def test_every_combination_comes_once(chosen: tuple[Axis, ...]) -> None:
    grid = Grid(chosen)
    settings = grid.settings(Settings())
    assert len({places(grid, entry) for entry in settings}) == len(settings) == len(grid)


@given(axes)
def test_no_combination_comes_before_one_nearer_to_the_favourites(chosen: tuple[Axis, ...]) -> None:
    grid = Grid(chosen)
    distances = [sum(places(grid, entry)) for entry in grid.settings(Settings())]
    assert distances == sorted(distances)
    assert distances[0] == 0


def test_among_equally_near_ones_the_last_axis_moves_first() -> None:
    first = Grid(AXES).settings(Settings())[:3]
    assert [(entry.gamma, entry.prompt_style.value) for entry in first] == [
        (0.0, "plain"),
        (0.5, "plain"),
        (0.0, "long-code"),
    ]


def test_what_no_axis_names_is_the_bases() -> None:
    base = Settings(max_tokens=99, gamma=2.0)
    assert Grid().settings(base) == (base,)
    (first, *_) = Grid(AXES[:1]).settings(base)
    assert first == dataclasses.replace(base, horizon=2)


def test_an_axis_that_is_left_out_is_held() -> None:
    held = Grid(AXES).without({"gamma", "horizon"}).settings(Settings(gamma=2.0, horizon=9))
    assert {(entry.gamma, entry.horizon) for entry in held} == {(2.0, 9)}
    assert len(held) == 4


def test_a_value_that_does_not_belong_is_refused_by_name() -> None:
    with pytest.raises(SettingError, match="gamma is -1"):
        Grid((Axis("gamma", (-1.0,)),)).settings(Settings())
