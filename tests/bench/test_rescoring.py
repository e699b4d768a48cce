"""Stored answers are judged again with the present tests and without a model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from support.bench_records import record
from support.fake_bench import setup_of

from egcfg_sandbox import Sandbox
from egcfg_tui.bench.folder import BenchFolder, BenchWriter
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.bench.plan import PlannedExercise
from egcfg_tui.bench.records import BenchError, Outcome, Record, read_records
from egcfg_tui.bench.rescoring import rescore, write_rescored
from egcfg_tui.exercises import load

RIGHT, CLOSE, NOTHING = (
    "def add(n):\n    return n + 1\n",
    "def add(n):\n    return 2\n",
    "def add(n):\n    pass\n",
)


def row(task: str, test: str, hidden: str) -> dict[str, object]:
    return {
        "task_id": task,
        "text": "Add one.",
        "code": RIGHT,
        "test_list": [test],
        "challenge_test_list": [hidden],
    }


def write_exercises(hidden: str = "assert add(2) == 3") -> None:
    rows = [row(task, "assert add(1) == 2", hidden) for task in ("1", "2", "3", "4")]
    Path("ex.jsonl").write_text("\n".join(map(json.dumps, rows)))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> BenchFolder:
    """Four answers: right, close, nothing (out of budget), and a fault."""
    monkeypatch.chdir(tmp_path)
    write_exercises()
    exercises = [load(f"ex.jsonl#{number}") for number in range(1, 5)]
    planned = tuple(PlannedExercise(e.id, exercise_sha256(e), e.source, 1, 1) for e in exercises)
    plan = replace(setup_of(methods=("auto",)).plan, exercises=planned)
    folder = BenchFolder(tmp_path / "bench")
    ended = [(Outcome.SOLVED, RIGHT), (Outcome.WRONG, CLOSE), (Outcome.BUDGET, NOTHING), (Outcome.FAULT, "")]
    with BenchWriter(folder) as writer:
        writer.begin(plan)
        list(writer.records())
        for exercise, (outcome, solution) in zip(planned, ended, strict=True):
            writer.append(
                record(
                    exercise.id,
                    outcome,
                    exercise_sha256=exercise.sha256,
                    model="tiny",
                    solution=solution,
                    tests_passed=0,
                    tests_total=0,
                )
            )
    return folder


def judged(folder: BenchFolder) -> tuple[list[tuple[str, Outcome, Outcome]], list[Record]]:
    rows = list(rescore(folder, lambda packages: Sandbox(packages=packages)))
    return [(row.old.exercise, row.old.outcome, row.new.outcome) for row in rows], [row.new for row in rows]


def test_nothing_changes_where_nothing_changed(bench: BenchFolder) -> None:
    changes, new = judged(bench)
    assert changes == [
        ("1", Outcome.SOLVED, Outcome.SOLVED),
        ("2", Outcome.WRONG, Outcome.WRONG),
        ("3", Outcome.BUDGET, Outcome.BUDGET),
    ]
    assert [(r.visible_passed, r.hidden_passed, r.tests_passed, r.tests_total) for r in new] == [
        (True, True, 2, 2),
        (True, False, 1, 2),
        (False, False, 0, 2),
    ]


def test_changed_tests_change_verdicts_and_the_content_hash(bench: BenchFolder) -> None:
    write_exercises(hidden="assert add(2) == 2")
    old = list(bench.read_records())
    changes, new = judged(bench)
    assert changes == [
        ("1", Outcome.SOLVED, Outcome.WRONG),
        ("2", Outcome.WRONG, Outcome.SOLVED),
        ("3", Outcome.BUDGET, Outcome.BUDGET),
    ]
    for before, after in zip(old, new, strict=False):
        assert after.exercise_sha256 == exercise_sha256(load(f"ex.jsonl#{after.exercise}"))
        assert after.exercise_sha256 != before.exercise_sha256
        kept = {"seconds", "wall_s", "tokens", "stages", "trials", "seed", "recording"}
        assert all(getattr(before, name) == getattr(after, name) for name in kept)


def test_the_new_records_stand_beside_the_old_ones(bench: BenchFolder) -> None:
    before = bench.records.read_bytes()
    for number in (1, 2):
        _, new = judged(bench)
        assert write_rescored(bench, new) == bench.path / f"rescored-{number}.jsonl"
    assert read_records(bench.path / "rescored-2.jsonl") == new
    assert bench.records.read_bytes() == before


def test_an_interrupted_rescoring_leaves_no_file(bench: BenchFolder) -> None:
    def stops() -> object:
        yield judged(bench)[1][0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_rescored(bench, stops())  # type: ignore[arg-type]
    assert not list(bench.path.glob("rescored*"))


def test_exercises_that_are_gone_are_told_with_where_to_look(
    bench: BenchFolder, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(bench.path)
    with pytest.raises(BenchError, match=r"exercise 1 cannot be loaded again: ex\.jsonl.*\n.*run this there"):
        judged(bench)


def test_a_folder_that_is_no_bench_is_told(tmp_path: Path) -> None:
    for path, told in ((tmp_path, "is not a bench"), (tmp_path / "none", "there is no such folder")):
        with pytest.raises(BenchError, match=told):
            judged(BenchFolder(path))
