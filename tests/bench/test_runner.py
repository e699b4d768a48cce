"""A bench runs every task once, whatever interrupts it, and says how many tasks are left."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.fake_bench import FakeMachine, finished, setup_of, timeless

from egcfg_tui.bench.events import (
    BenchFinished,
    BenchStarted,
    BenchStopped,
    ModelLoaded,
    TaskEnded,
    TaskEvent,
    TaskFound,
    TaskStarted,
)
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.plan import Plan
from egcfg_tui.bench.records import BenchError, Outcome, Record, latest, read_records
from egcfg_tui.bench.setup import BenchSetup
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.events import FailureKind, SolveFailed, SolveFinished
from egcfg_tui.events import Outcome as Reason
from egcfg_tui.runs import read_recording
from egcfg_tui.solving.request.solve_request import SolveRequest


def records(path: Path) -> list[Record]:
    return read_records(path / "records.jsonl")


def run(setup: BenchSetup, path: Path, machine: FakeMachine | None = None) -> FakeMachine:
    machine = machine or FakeMachine()
    assert isinstance(list(machine.run(setup, path))[-1], BenchFinished)
    return machine


def test_every_task_is_recorded_once_with_its_recording(tmp_path: Path) -> None:
    setup = setup_of(models=("tiny", "small"), repeats=2)
    run(setup, tmp_path)
    found = records(tmp_path)
    assert [record.task for record in found] == list(setup.plan.tasks())
    assert len(found) == setup.plan.size == 3 * 2 * 2 * 2
    assert len({record.recording for record in found}) == len(found)
    for record in found:
        assert record.recording is not None
        recording = read_recording(tmp_path / record.recording)
        assert recording.header.exercise.id == record.exercise
        assert recording.header.request.method == record.method
        assert recording.header.request.model.name == record.model
        assert recording.header.request.seed == record.seed


def test_a_record_says_what_the_solve_said(tmp_path: Path) -> None:
    setup = setup_of(exercises=30)
    machine = run(setup, tmp_path)
    found = records(tmp_path)
    assert {record.outcome for record in found} == {Outcome.SOLVED, Outcome.WRONG, Outcome.BUDGET}
    for record, (request, model, _) in zip(found, machine.ran, strict=True):
        assert (record.exercise, record.method, record.model) == (request.exercise.id, request.method, model)
        assert record.solution.startswith("def add")
        assert record.tokens == record.token_counts.evaluated
        assert record.tests_total == 2
        assert (record.outcome is Outcome.SOLVED) == (record.tests_passed == 2)
        assert (record.solved_by is None) == (record.outcome is Outcome.BUDGET)
        assert (record.budget_s, record.budget_tokens, record.clock) == (5.0, None, "wall")


def test_a_record_says_whether_all_tests_were_guarded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup = setup_of(exercises=2, methods=("auto",))

    def beside(request: SolveRequest, model: str, reason: Reason | None = None) -> SolveFinished:
        end = finished(request, model, reason)
        if request.exercise.id != "ex1":
            return end
        first, *rest = end.tests
        assert first.result
        return replace(end, tests=(replace(first, result=replace(first.result, guarded=False)), *rest))

    monkeypatch.setattr("support.fake_bench.finished", beside)
    run(setup, tmp_path)
    assert [record.guarded for record in records(tmp_path)] == [True, False]


def test_the_methods_of_an_exercise_turn_and_each_model_is_loaded_once(tmp_path: Path) -> None:
    setup = setup_of(exercises=3, models=("tiny", "small"), methods=("auto", "sample", "greedy"))
    machine = run(setup, tmp_path)
    assert machine.loads == ["tiny", "small"]
    assert [(model, request.exercise.id, request.method) for request, model, _ in machine.ran] == [
        (model, f"ex{number}", method)
        for model in ("tiny", "small")
        for number, methods in enumerate(
            [("auto", "sample", "greedy"), ("sample", "greedy", "auto"), ("greedy", "auto", "sample")]
        )
        for method in methods
    ]


def test_the_first_repeat_has_the_seed_of_the_bench_and_the_others_seeds_of_their_own(tmp_path: Path) -> None:
    run(setup_of(exercises=1, methods=("auto",), repeats=4), tmp_path)
    seeds = [record.seed for record in records(tmp_path)]
    assert seeds[0] == 7
    assert len(set(seeds)) == 4
    other = [setup_of(seed=8).plan.seed_of(repeat) for repeat in (1, 2, 3, 4)]
    assert set(other).isdisjoint(seeds)


def test_a_finished_bench_runs_nothing_again(tmp_path: Path) -> None:
    setup = setup_of()
    run(setup, tmp_path)
    before = (tmp_path / "records.jsonl").read_bytes()
    machine = FakeMachine()
    events = list(machine.run(setup, tmp_path))
    assert [type(event) for event in events] == [BenchStarted, *[TaskFound] * 6, BenchFinished]
    assert machine.loads == []
    assert (tmp_path / "records.jsonl").read_bytes() == before


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 900)), max_size=5))
def test_broken_off_anywhere_and_resumed_it_gives_the_records_of_an_unbroken_run(
    tmp_path_factory: pytest.TempPathFactory, breaks: list[tuple[int, int]]
) -> None:
    """`breaks`: after how many events, and how many bytes of a further record were written by then."""
    setup = setup_of(exercises=3, models=("tiny", "small"))
    whole, broken = tmp_path_factory.mktemp("whole"), tmp_path_factory.mktemp("broken")
    run(setup, whole)
    line = (whole / "records.jsonl").read_bytes().splitlines()[-1]
    for events, torn in breaks:
        bench = FakeMachine().run(setup, broken)
        for _, _ in zip(range(events), bench, strict=False):
            pass
        bench.close()  # type: ignore[attr-defined]
        if (broken / "records.jsonl").exists():
            with (broken / "records.jsonl").open("ab") as file:
                file.write(line[: min(torn, len(line) - 1)])
    run(setup, broken)
    assert [timeless(r) for r in records(broken)] == [timeless(r) for r in records(whole)]
    assert sorted(p.name for p in (broken / "recordings").iterdir()) == sorted(
        p.name for p in (whole / "recordings").iterdir()
    )


@pytest.mark.parametrize("seed", range(3))
def test_killed_with_sigkill_at_random_moments_it_gives_the_records_of_an_unbroken_run(
    tmp_path: Path, seed: int
) -> None:
    setup = setup_of(exercises=40)
    started = time.monotonic()
    run(setup, tmp_path / "whole")
    whole_s = time.monotonic() - started
    kills = 0
    for number in range(4):
        child = os.fork()
        if not child:
            list(FakeMachine().run(setup, tmp_path / "broken"))
            os._exit(0)
        time.sleep(whole_s * ((seed * 37 + number * 61) % 100) / 250)
        os.kill(child, signal.SIGKILL)
        kills += os.waitpid(child, 0)[1] == signal.SIGKILL
    assert kills
    run(setup, tmp_path / "broken")
    assert [timeless(r) for r in records(tmp_path / "broken")] == [
        timeless(r) for r in records(tmp_path / "whole")
    ]


def dies_once(times: int = 1) -> FakeMachine:
    """A machine on which exercise 1 kills the engine this many times."""
    tries: Counter[str] = Counter()

    def fault(request: SolveRequest, _model: str) -> SolveFailed | None:
        if request.exercise.id != "ex1":
            return None
        tries[request.method] += 1
        dies = tries[request.method] <= times
        return SolveFailed(FailureKind.MODEL, "the engine was killed by SIGABRT") if dies else None

    return FakeMachine(fault)


def test_an_engine_that_dies_makes_a_fault_and_the_bench_goes_on(tmp_path: Path) -> None:
    machine = dies_once()
    events = list(machine.run(setup_of(methods=("auto",)), tmp_path))
    assert events[-1] == BenchFinished(faults=1)
    found = records(tmp_path)
    assert [record.outcome is Outcome.FAULT for record in found] == [False, True, False]
    assert found[1].fault == "the engine was killed by SIGABRT"
    assert machine.loads == ["tiny", "tiny"]


def test_a_fault_runs_again_on_resume_and_keeps_its_recording(tmp_path: Path) -> None:
    setup, machine = setup_of(methods=("auto",)), dies_once(times=2)
    for faults in (1, 1, 0):
        assert list(machine.run(setup, tmp_path))[-1] == BenchFinished(faults)
    found = records(tmp_path)
    assert [r.outcome is Outcome.FAULT for r in found if r.exercise == "ex1"] == [True, True, False]
    assert len({record.recording for record in found}) == len(found) == 5
    assert {r.outcome for r in latest(found).values()} <= {Outcome.SOLVED, Outcome.WRONG, Outcome.BUDGET}
    assert machine.ran[-1][0].exercise.id == "ex1"
    assert len(machine.ran) == 5


def test_a_prompt_too_long_for_the_context_is_no_fault(tmp_path: Path) -> None:
    def too_long(request: SolveRequest, _model: str) -> SolveFailed | None:
        return SolveFailed(FailureKind.CONTEXT, "the context of 2048 tokens is too small")

    assert list(FakeMachine(too_long).run(setup_of(), tmp_path))[-1] == BenchFinished(faults=0)
    assert {record.outcome for record in records(tmp_path)} == {Outcome.LENGTH}


@pytest.mark.parametrize("kind", [TaskStarted, TaskEvent, TaskEnded, ModelLoaded, TaskFound])
def test_a_stop_keeps_what_ended_and_the_next_run_does_the_rest(tmp_path: Path, kind: type) -> None:
    setup = setup_of()
    first = FakeMachine().run(setup, tmp_path)
    for event in first:
        if isinstance(event, TaskEnded):
            break
    first.close()  # type: ignore[attr-defined]
    stopper, machine = Stopper(), FakeMachine()
    events = []
    for event in machine.run(setup, tmp_path, stopper):
        events.append(event)
        if isinstance(event, kind):
            stopper.request()
    ended = sum(isinstance(event, TaskEnded) for event in events)
    assert events[-1] == BenchStopped(left=setup.plan.size - 1 - ended)
    assert ended <= 1
    assert not any(session.alive for session in machine.sessions)
    run(setup, tmp_path)
    assert [record.task for record in records(tmp_path)] == list(setup.plan.tasks())


def test_a_model_that_cannot_be_loaded_ends_the_bench_and_loses_nothing(tmp_path: Path) -> None:
    setup = setup_of(models=("tiny", "small"))
    with pytest.raises(BenchError, match=r"model small cannot be loaded: the file is broken(.|\n)*kept"):
        list(FakeMachine(broken=frozenset({"small"})).run(setup, tmp_path))
    assert len(records(tmp_path)) == 6
    machine = run(setup, tmp_path)
    assert machine.loads == ["small"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"budget_s": 6.0}, r"budget_s \(there 5.0, here 6.0\)"),
        ({"seed": 8}, r"seed \(there 7, here 8\)"),
        ({"exercises": 4}, r"exercises \(only here: ex3"),
        ({"exercises": 2}, r"exercises \(only there: ex2"),
        ({"methods": ("auto",)}, r"methods \(only there: sample\)"),
        ({"methods": ("sample", "auto")}, r"methods \(in another order\)"),
        ({"models": ("small",)}, r"models \(only there: tiny; only here: small\)"),
        ({"version": "9.9"}, r"version \(there egcfg-tui .*, here egcfg-tui 9.9\)"),
        ({"clock": "model"}, r"clock \(there wall, here model\)"),
        ({"budget_s": None, "budget_tokens": 100}, r"budget_s \(there 5.0, here none\)"),
    ],
)
def test_another_plan_is_refused_by_the_name_of_its_field(
    tmp_path: Path, changes: dict[str, Any], told: str
) -> None:
    run(setup_of(), tmp_path)
    before = (tmp_path / "records.jsonl").read_bytes()
    with pytest.raises(BenchError, match=f"begun with another plan: {told}.*--out"):
        list(FakeMachine().run(setup_of(**changes), tmp_path))
    assert (tmp_path / "records.jsonl").read_bytes() == before


def test_another_file_of_a_model_is_refused(tmp_path: Path) -> None:
    setup = setup_of()
    run(setup, tmp_path)
    changed = replace(setup, plan=_with_models(setup.plan, sha256="0" * 64))
    with pytest.raises(BenchError, match=r"sha256 of model tiny \(there tinytiny.*, here 0000"):
        list(FakeMachine().run(changed, tmp_path))


def _with_models(plan: Plan, **changes: Any) -> Plan:
    return replace(plan, models=tuple(replace(model, **changes) for model in plan.models))


def test_the_same_bench_from_another_folder_and_a_later_kernel_goes_on(tmp_path: Path) -> None:
    setup = setup_of()
    run(setup, tmp_path)
    machine = replace(setup.plan.machine, system="Linux 9.9", python="3.14.0")
    exercises = tuple(replace(e, reference=f"../{e.reference}") for e in setup.plan.exercises)
    moved = replace(setup, plan=replace(setup.plan, machine=machine, exercises=exercises, created="later"))
    assert list(FakeMachine().run(moved, tmp_path))[-1] == BenchFinished(0)
    busier = replace(setup, plan=replace(setup.plan, machine=replace(machine, cores=8)))
    with pytest.raises(
        BenchError, match=r"machine \(there A processor, 2 cores, here A processor, 8 cores\)"
    ):
        list(FakeMachine().run(busier, tmp_path))


def test_two_benches_do_not_write_into_one_folder(tmp_path: Path) -> None:
    setup = setup_of()
    first = FakeMachine().run(setup, tmp_path)
    next(first)
    with pytest.raises(BenchError, match=rf"another bench writes .*process {os.getpid()}.*--watch"):
        list(FakeMachine().run(setup, tmp_path))
    assert BenchFolder(tmp_path).writer_pid() == os.getpid()
    list(first)
    assert BenchFolder(tmp_path).writer_pid() is None
    run(setup, tmp_path)


def test_a_lock_without_its_process_is_free(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("12345\n")
    run(setup_of(), tmp_path)


def test_a_folder_that_is_no_bench_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BenchError, match=r"is not a bench .*thesis\.txt; name a new or empty folder"):
        list(FakeMachine().run(setup_of(), tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_records_without_their_plan_are_left_alone(tmp_path: Path) -> None:
    run(setup_of(), tmp_path)
    (tmp_path / "bench.json").unlink()
    with pytest.raises(BenchError, match=r"is not a bench .*records\.jsonl"):
        list(FakeMachine().run(setup_of(), tmp_path))
    assert len(records(tmp_path)) == 6


def test_a_path_that_is_a_file_or_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "file" / "inner", Path("/proc/nope")):
        with pytest.raises(BenchError, match=rf"{path}: cannot be written: .*--out"):
            list(FakeMachine().run(setup_of(), path))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"schema": 1', '"schema": 2', r"wrote it with schema 2, .*reads schema 1; use the version"),
        ('"kind": "egcfg-bench"', '"kind": "x"', "not the plan of a bench"),
        ('"repeats": 1', '"repeats": "1"', "repeats should be a whole number"),
        ("{", "[", "not valid JSON"),
    ],
)
def test_a_plan_that_cannot_be_read_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    run(setup_of(), tmp_path)
    plan = tmp_path / "bench.json"
    plan.write_text(plan.read_text().replace(old, new, 1))
    with pytest.raises(BenchError, match=rf"bench\.json: .*{told}"):
        list(FakeMachine().run(setup_of(), tmp_path))


def test_a_record_of_another_bench_is_named(tmp_path: Path) -> None:
    run(setup_of(exercises=1), tmp_path / "small")
    run(setup_of(exercises=2), tmp_path / "large")
    shutil.copy(tmp_path / "large" / "records.jsonl", tmp_path / "small")
    with pytest.raises(BenchError, match=r"record of exercise ex1, model tiny, .*remove its line"):
        list(FakeMachine().run(setup_of(exercises=1), tmp_path / "small"))


def test_a_full_disk_is_told_and_keeps_what_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    setup, written = setup_of(), []
    write = os.write

    def full(descriptor: int, data: bytes) -> int:
        written.append(data)
        if len(written) > 3:
            raise OSError(28, "No space left on device")
        return write(descriptor, data)

    monkeypatch.setattr("egcfg_tui.bench.records.os.write", full)
    with pytest.raises(BenchError, match=r"records\.jsonl: .*No space left on device.*is kept, make room"):
        list(FakeMachine().run(setup, tmp_path))
    monkeypatch.undo()
    assert len(records(tmp_path)) == 3
    run(setup, tmp_path)
    assert [record.task for record in records(tmp_path)] == list(setup.plan.tasks())


def test_a_budget_of_tokens_leaves_the_seconds_open(tmp_path: Path) -> None:
    machine = run(setup_of(budget_s=None, budget_tokens=500), tmp_path)
    assert {(r.budget_s, r.budget_tokens) for r, _, _ in machine.ran} == {(float("inf"), 500)}
    assert {(r.budget_s, r.budget_tokens) for r in records(tmp_path)} == {(None, 500)}


def test_the_folder_is_locked_only_while_it_is_written(tmp_path: Path) -> None:
    bench = FakeMachine().run(setup_of(), tmp_path)
    next(bench)
    bench.close()  # type: ignore[attr-defined]
    with (tmp_path / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
