"""The one JSON object of `solve --format json`."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from egcfg_tui.events import SolveFinished
from egcfg_tui.solving.request.solve_request import SolveRequest

_NOT_RUN: Final = "not_run"


def result_json(finished: SolveFinished, request: SolveRequest) -> dict[str, Any]:
    """The result of a solve and its request: the documented keys in their order, then further keys.

    The status of a test is its verdict, or `not_run` if the budget or a stop ended the scoring before it.
    """
    return {
        "exercise": finished.exercise_id,
        "solved": finished.solved,
        "hidden_passed": finished.hidden_passed,
        "solution": finished.solution,
        "method": finished.method,
        "model": finished.model,
        "seed": finished.seed,
        "wall_s": round(finished.wall_s, 3),
        "tokens": dataclasses.asdict(finished.tokens),
        "runs": finished.runs,
        "trials": finished.trials,
        "tests": [
            {
                "test": test.test,
                "passed": test.passed,
                "status": test.result.status.value if test.result else _NOT_RUN,
                "hidden": test.hidden,
                "error": test.result.error if test.result else None,
                "guarded": test.result.guarded if test.result else True,
            }
            for test in finished.tests
        ],
        "reason": finished.reason,
        "solved_by": finished.solved_by,
        "trial_list": [
            {
                "trial": trial.index,
                "method": trial.method,
                "settings": trial.settings,
                "gamma": trial.gamma,
                "outcome": trial.outcome,
                "wall_s": round(trial.wall_s, 3),
                "tokens": dataclasses.asdict(trial.tokens),
                "runs": trial.runs,
            }
            for trial in finished.trial_list
        ],
        "settings": request.settings.to_string(),
        "gamma": request.settings.gamma,
        "budget_s": request.budget_s,
    }
