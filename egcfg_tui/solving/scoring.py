"""Scoring: runs the solution against all tests, the hidden ones for the first time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from egcfg_sandbox import Program, Sandbox
from egcfg_tui.events import ScoredTest
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.solving.run_cache import check_sandbox

SCORING_MARGIN_S: Final = 3.0
"""How many seconds scoring may go on after the budget has ended."""


def score(
    sandbox: Sandbox,
    exercise: Exercise,
    solution: str,
    *,
    left_s: float,
    stop_requested: Callable[[], bool],
) -> tuple[ScoredTest, ...]:
    """One row for each test, visible ones first.

    Scoring ends at a stop, or `left_s` (the rest of the budget) plus `SCORING_MARGIN_S` wall seconds after
    its start; the budget itself may have another clock. Tests that have not finished by then have no result.
    Raises `SandboxBroke` if the sandbox fails.
    """
    ends_at = time.monotonic() + left_s + SCORING_MARGIN_S
    tests = exercise.visible + exercise.hidden
    program = Program(
        solution, tests, limits=exercise.limits, entry_point=exercise.entry_point, classes=exercise.classes
    )
    rows = sandbox.run_tests(program, lambda: stop_requested() or time.monotonic() >= ends_at)
    check_sandbox(row for row in rows if row is not None)
    return tuple(
        ScoredTest(test.text, index >= len(exercise.visible), row)
        for index, (test, row) in enumerate(zip(tests, rows, strict=True))
    )
