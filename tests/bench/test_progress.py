"""The progress of a bench, and the estimate of the time left with its basis in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench_records import record
from support.fake_bench import FakeMachine, setup_of

from egcfg_tui.bench.events import BenchStarted, ModelLoaded, TaskEnded, TaskFound, TaskStarted
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.progress import Estimate, Progress
from egcfg_tui.bench.records import Outcome, Record


def ended(method: str, wall_s: float, outcome: Outcome = Outcome.FAILED, number: int = 0) -> TaskEnded:
    return TaskEnded(_record(method, wall_s, outcome, number))


def _record(method: str, wall_s: float, outcome: Outcome, number: int) -> Record:
    return record(f"ex{number}", outcome, model="tiny", method=method, wall_s=wall_s)


def started(**changes: object) -> Progress:
    progress = Progress()
    progress.apply(BenchStarted(plan(**changes)))
    return progress


def plan(**changes: object) -> Plan:
    return setup_of(exercises=4, **changes).plan  # type: ignore[arg-type]


def test_a_whole_bench_is_counted(tmp_path: Path) -> None:
    setup = setup_of(exercises=10)
    progress = Progress()
    for event in FakeMachine().run(setup, tmp_path):
        progress.apply(event)
    assert (progress.ended, progress.total, progress.faults) == (20, 20, 0)
    assert [(row.method, row.tasks, row.ended) for row in progress.rows()] == [
        ("auto", 10, 10),
        ("sample", 10, 10),
    ]
    assert 0 < sum(row.solved for row in progress.rows()) < 20
    assert not progress.running
    assert progress.estimate() == Estimate(0.0, "by the 20 tasks that ended")


def test_before_anything_ended_the_whole_budget_is_the_most() -> None:
    assert started().estimate() == Estimate(40.0, "if every task takes its whole budget", at_most=True)


@pytest.mark.parametrize("changes", [{"clock": "model"}, {"budget_s": None, "budget_tokens": 100}])
def test_where_no_budget_of_wall_seconds_is_nothing_is_known_at_first(changes: dict[str, object]) -> None:
    progress = started(**changes)
    assert progress.estimate() is None
    progress.apply(ended("auto", 2.0))
    estimate = progress.estimate()
    assert estimate is not None
    assert estimate.seconds == pytest.approx(3 * 2.0 + 4 * 2.0)
    assert estimate.basis == "by the one task that ended; tiny sample has not run yet: as the others"


def test_every_method_is_estimated_by_its_own_tasks() -> None:
    progress = started()
    for event in (ended("auto", 2.0), ended("sample", 4.0), ended("auto", 4.0, number=1)):
        progress.apply(event)
    estimate = progress.estimate()
    assert estimate is not None
    assert estimate.seconds == pytest.approx(2 * 3.0 + 3 * 4.0)
    assert estimate.basis == "by the 3 tasks that ended"


def test_a_method_that_has_not_run_counts_with_its_budget() -> None:
    progress = started()
    progress.apply(ended("auto", 2.0))
    estimate = progress.estimate()
    assert estimate is not None
    assert estimate.seconds == pytest.approx(3 * 2.0 + 4 * 5.0)
    assert estimate.basis.endswith("tiny sample has not run yet: its whole budget")


def test_models_still_to_load_count_with_the_loading_of_others() -> None:
    progress = started(models=("tiny", "small"), methods=("auto",))
    progress.apply(ModelLoaded("tiny", 3.0))
    progress.apply(ended("auto", 1.0))
    estimate = progress.estimate()
    assert estimate is not None
    assert estimate.seconds == pytest.approx(3 * 1.0 + 4 * 5.0 + 3.0)


def test_faults_are_counted_apart_and_those_of_an_earlier_run_are_to_run_again() -> None:
    progress = started(methods=("auto",))
    progress.apply(TaskFound(_record("auto", 1.0, Outcome.FAULT, 0)))
    assert (progress.ended, progress.faults) == (0, 0)
    progress.apply(TaskStarted(_record("auto", 1.0, Outcome.FAULT, 0).task))
    assert len(progress.running) == 1
    progress.apply(ended("auto", 1.0, Outcome.FAULT))
    assert (progress.ended, progress.faults) == (0, 1)
    assert not progress.running
    progress.apply(ended("auto", 1.0))
    assert (progress.ended, progress.faults) == (1, 0)
