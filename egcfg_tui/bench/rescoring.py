"""Judges the stored answers of a bench again, without a model, after a change of tests or of the sandbox."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from egcfg_sandbox import Sandbox
from egcfg_tui.bench import records
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.bench.outcomes import SCORING_S, UNDECIDED, is_decided, judged_outcome
from egcfg_tui.bench.plan import Plan, now
from egcfg_tui.bench.records import BenchError, Outcome, Record, latest
from egcfg_tui.bench.setup import FORMAT
from egcfg_tui.exercises import (
    Exercise,
    ExerciseError,
    Visibility,
    load,
    load_each,
    reference_to,
    with_visible,
)
from egcfg_tui.solving.run_cache import SandboxBroke
from egcfg_tui.solving.scoring import score

OpenSandbox = Callable[[bool], Sandbox]
"""Makes a sandbox; True: with the user's packages."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """The old record of a task, and the new one."""

    old: Record
    new: Record

    @property
    def changed(self) -> bool:
        """Whether the outcome differs."""
        return self.old.outcome is not self.new.outcome


def rescore(folder: BenchFolder, open_sandbox: OpenSandbox) -> Iterator[Rescored]:
    """Judges the answer of each task again, by the record that counts; tasks with only faults are skipped.

    The exercises are loaded by their references in the plan, relative to the current folder. Raises
    `BenchError` and `SandboxRefused`.
    """
    plan = folder.plan()
    exercises = _exercises(plan)
    sandboxes: dict[bool, Sandbox] = {}
    try:
        for task, record in latest(folder.read_records()).items():
            if record.outcome is Outcome.FAULT:
                continue
            exercise = exercises.get((task.exercise, task.exercise_sha256))
            if exercise is None:
                raise BenchError(
                    f"{folder.records}: has a record of exercise {task.exercise}, which the plan lacks; "
                    "remove its line"
                )
            packages = bool(exercise.packages)
            if packages not in sandboxes:
                sandboxes[packages] = open_sandbox(packages)
            yield Rescored(record, _judged(record, exercise, sandboxes[packages]))
    finally:
        for sandbox in sandboxes.values():
            sandbox.close()


def write_rescored(folder: BenchFolder, rescored: Iterable[Record]) -> Path:
    """Writes the records into a new file in the same folder and returns its path. Raises `BenchError`."""
    path = next(
        path for number in count(1) if not (path := folder.path / f"rescored-{number}.jsonl").exists()
    )
    temporary = path.with_suffix(".new")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            for record in rescored:
                records.append(descriptor, record)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except OSError as error:
        raise BenchError(
            f"{path}: cannot be written: {error.strerror or error}; make room and repeat"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def _judged(record: Record, exercise: Exercise, sandbox: Sandbox) -> Record:
    try:
        tests = score(sandbox, exercise, record.solution, left_s=SCORING_S, stop_requested=lambda: False)
    except SandboxBroke as error:
        return replace(record, outcome=Outcome.FAULT, fault=str(error), created=now())
    if not is_decided(tests):
        return replace(record, outcome=Outcome.FAULT, fault=UNDECIDED, created=now())
    visible, hidden = ([test.passed for test in tests if test.hidden is kept] for kept in (False, True))
    outcome = judged_outcome(tests)
    if outcome is Outcome.FAILED and record.outcome not in (Outcome.SOLVED, Outcome.WRONG):
        outcome = record.outcome  # the reason why there is no better answer stays the same
    return replace(
        record,
        exercise_sha256=exercise_sha256(exercise),
        outcome=outcome,
        visible_passed=bool(visible) and all(visible),
        hidden_passed=all(hidden) if hidden else None,
        tests_passed=sum(visible) + sum(hidden),
        tests_total=len(tests),
        guarded=all(test.result.guarded for test in tests if test.result),
        created=now(),
    )


def _exercises(plan: Plan) -> dict[tuple[str, str], Exercise]:
    """The exercises as they are now, by the id and hash in the plan. Each data set is read once."""
    choice = None if plan.visible == FORMAT else Visibility(plan.visible)
    known: dict[str, Exercise] = {}
    read: set[str] = set()
    found = {}
    for planned in plan.exercises:
        file = planned.reference.rpartition("#")[0]
        try:
            if file and file not in read:
                read.add(file)
                each = (exercise for exercise in load_each(file) if isinstance(exercise, Exercise))
                known |= {reference_to(exercise): exercise for exercise in each}
            exercise = known.get(planned.reference) or load(planned.reference)
        except ExerciseError as error:
            raise BenchError(
                f"exercise {planned.id} cannot be loaded again: {error}\n"
                "References are relative to the folder in which the bench was begun; run this there."
            ) from error
        found[planned.id, planned.sha256] = with_visible(exercise, choice)
    return found
