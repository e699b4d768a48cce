"""The matrix and its orders, without a screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from support.bench_records import record
from support.benches import LETTERS, plan_of, sha256_of
from support.fake_bench import FakeMachine, setup_of

from egcfg_tui.bench.events import BenchEvent, BenchStarted, BenchStopped, TaskEnded, TaskFound, TaskStarted
from egcfg_tui.bench.records import Outcome, Record, Task
from egcfg_tui.events import FailureKind, SolveFailed
from egcfg_tui.tui.comparing.matrix import Matrix
from egcfg_tui.tui.comparing.order import Order

MODEL = "tiny-coder"
IDS = ("e1", "e2", "e3")
METHODS = ("auto", "sample")
AUTO, SAMPLE = ((MODEL, method) for method in METHODS)
E1, E2, E3 = ((id_, sha256_of(id_)) for id_ in IDS)


def ended(id_: str, method: str, letter: str, seconds: float = 1.0, repeat: int = 1) -> Record:
    values = {"exercise_sha256": sha256_of(id_), "model": MODEL, "method": method, "repeat": repeat}
    return record(id_, LETTERS[letter], seconds=seconds, recording=f"{id_}-{repeat}.jsonl", **values)


def matrix_of(*events: BenchEvent, repeats: int = 1) -> Matrix:
    matrix = Matrix()
    for event in (BenchStarted(plan_of(IDS, METHODS, repeats=repeats)), *events):
        matrix.apply(event)
    return matrix


def test_a_bench_fills_every_cell(tmp_path: Path) -> None:
    matrix = Matrix()
    for event in FakeMachine().run(setup_of(3), tmp_path):
        matrix.apply(event)
    cells = [matrix.cell(exercise, column) for exercise in matrix.exercises for column in matrix.columns]
    assert len(cells) == 6
    assert all(len(cell.ended) == 1 and not cell.running and cell.recording for cell in cells)


def test_a_fault_gives_way_to_the_record_of_the_next_try(tmp_path: Path) -> None:
    machine = FakeMachine(fault=lambda _request, _model: SolveFailed(FailureKind.SANDBOX, "broke"))
    for matrix, is_fault in ((Matrix(), True), (Matrix(), False)):
        for event in machine.run(setup_of(1, methods=("auto",)), tmp_path):
            matrix.apply(event)
        (exercise,), (column,) = matrix.exercises, matrix.columns
        (found,) = matrix.cell(exercise, column).records
        assert (found.outcome is Outcome.FAULT) is is_fault
        machine.fault = lambda _request, _model: None


def test_a_task_runs_until_it_ends_or_the_bench_stops() -> None:
    task = Task(*E1, *AUTO, 1)
    assert matrix_of(TaskStarted(task)).cell(E1, AUTO).running
    assert not matrix_of(TaskStarted(task), BenchStopped(6)).cell(E1, AUTO).running
    cell = matrix_of(TaskStarted(task), TaskEnded(ended("e1", "auto", "1"))).cell(E1, AUTO)
    assert (cell.running, cell.solved) == (False, 1)


def test_repeats_share_a_cell() -> None:
    told = [TaskFound(ended("e1", "auto", letter, 2.0 * n, n)) for n, letter in enumerate("1w!", start=1)]
    cell = matrix_of(*told, repeats=3).cell(E1, AUTO)
    assert (cell.solved, len(cell.ended), cell.seconds, cell.recording) == (1, 2, 3.0, "e1-3.jsonl")


def test_rows_go_from_the_best_and_fastest_to_what_has_not_begun() -> None:
    matrix = matrix_of(
        TaskEnded(ended("e1", "auto", "w", 1.0)),
        TaskEnded(ended("e3", "auto", "1", 9.0)),
        TaskStarted(_task("e2")),
    )
    order = Order().rows_by(AUTO)
    assert order.exercises(matrix) == [E3, E1, E2]
    assert order.rows_by(AUTO).exercises(matrix) == [E1, E3, E2]
    assert order.rows_by(AUTO).rows_by(AUTO).exercises(matrix) == [E1, E2, E3]


def test_columns_go_by_one_row() -> None:
    matrix = matrix_of(TaskEnded(ended("e2", "auto", "1", 3.0)), TaskEnded(ended("e2", "sample", "1", 2.0)))
    order = Order().columns_by(E2)
    assert order.columns(matrix) == [SAMPLE, AUTO]
    assert order.columns_by(E2).columns(matrix) == [AUTO, SAMPLE]
    assert order.columns_by(E2).columns_by(E2) == replace(order, exercise=None, columns_reversed=True)


@given(st.text("1w0bln!.", min_size=6, max_size=6), st.booleans())
def test_every_order_keeps_every_row_and_column(letters: str, backwards: bool) -> None:
    places = [(id_, method) for id_ in IDS for method in METHODS]
    matrix = matrix_of(
        *(
            TaskEnded(ended(*place, letter))
            for place, letter in zip(places, letters, strict=True)
            if letter != "."
        )
    )
    order = Order(AUTO, backwards, E2, backwards)
    assert sorted(order.exercises(matrix)) == sorted(matrix.exercises)
    assert sorted(order.columns(matrix)) == sorted(matrix.columns)


def _task(id_: str) -> Task:
    return Task(id_, sha256_of(id_), *AUTO, 1)
