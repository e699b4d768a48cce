"""Records of a bench that never ran."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from egcfg_tui import events
from egcfg_tui.bench.records import Outcome, Record
from egcfg_tui.events import StageSeconds, TokenCounts, TrialCost

SOLVED: Final = Record(
    exercise="digits",
    exercise_sha256="5" * 64,
    model="tiny-coder",
    method="auto",
    repeat=1,
    seed=0,
    outcome=Outcome.SOLVED,
    visible_passed=True,
    hidden_passed=True,
    seconds=2.5,
    wall_s=3.0,
    tokens=120,
    token_counts=TokenCounts(prompt=80, decoded=40),
    stages=StageSeconds(prompt=1.0, line=1.2, runs=0.3),
    runs=1,
    solved_by="greedy",
    trials=(
        TrialCost(
            1, "greedy", "ns4t0.75d5k1_ln", 1.0, events.Outcome.PASSED, 1.5, TokenCounts(decoded=40), 1
        ),
    ),
    solution="def digits(n):\n    return [int(d) for d in str(n)]\n",
    tests_passed=3,
    tests_total=3,
    budget_s=25.0,
    clock="wall",
    visible="format",
    load_average=0.5,
    created="2026-01-02T03:04:05+00:00",
    recording="recordings/digits.jsonl",
)
"""A task that was solved by its first trial."""


def record(exercise: str = "digits", outcome: Outcome = Outcome.SOLVED, **changes: Any) -> Record:
    """`SOLVED` with another exercise and outcome; the other fields fit the outcome."""
    solved = outcome is Outcome.SOLVED
    ended = replace(
        SOLVED,
        exercise=exercise,
        outcome=outcome,
        visible_passed=outcome in (Outcome.SOLVED, Outcome.WRONG),
        hidden_passed=None if outcome is Outcome.FAULT else solved,
        solved_by="greedy" if solved or outcome is Outcome.WRONG else None,
        fault="the engine's process was killed by SIGKILL" if outcome is Outcome.FAULT else None,
    )
    return replace(ended, **changes)
