"""Limits that no run could keep to are refused by name; those at the edges work."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.judging import Judge

from egcfg_sandbox import Limits, Verdict
from egcfg_sandbox.verdicts import _RANGES

NAMES = sorted(field.name for field in fields(Limits))


def test_every_limit_has_a_range() -> None:
    assert sorted(_RANGES) == NAMES


@given(st.sampled_from(NAMES), st.floats() | st.integers() | st.booleans() | st.text())
def test_a_limit_is_within_its_range_or_refused_by_name(name: str, value: Any) -> None:
    least, most = _RANGES[name]
    given_limit: dict[str, Any] = {name: value}
    number = isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)
    if number and least <= value <= most:
        assert getattr(Limits(**given_limit), name) == value
    else:
        with pytest.raises(ValueError, match=name):
            Limits(**given_limit)


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("_s")])
@pytest.mark.parametrize("end", [0, 1])
def test_a_small_program_runs_within_the_least_and_the_highest_limit(
    judge: Judge, name: str, end: int
) -> None:
    limits: dict[str, Any] = {name: int(_RANGES[name][end])}
    row = judge("def f(x):\n    y = x + 1\n    return y", "assert f(1) == 2", trace=True, **limits)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert row.trace is not None
    assert len(row.trace.events) >= 2
