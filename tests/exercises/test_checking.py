"""References are judged by the tests that define an exercise, in a real sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from egcfg_sandbox import CodeTest, Program, Report, Sandbox, StdioTest
from egcfg_tui.exercises import Exercise, ExerciseKind, bundled
from egcfg_tui.exercises.checking import Check, check_references

TWICE = Exercise(
    id="twice",
    title="Twice",
    statement="Double.",
    kind=ExerciseKind.FUNCTION,
    entry_point="twice",
    visible=(CodeTest("assert twice(1) == 2"), CodeTest("assert twice(2) == 5")),
    hidden=(CodeTest("assert twice(0) == 0"),),
    reference="def twice(x):\n    return 2 * x\n",
)


def check(exercise: Exercise, sandbox: Sandbox) -> Check:
    (result,) = check_references([exercise], sandbox.run_many)
    return result


def names(tests: Sequence[object]) -> list[str]:
    return [getattr(test, "name", "") for test in tests]


def test_a_test_that_the_reference_fails_is_a_failure(sandbox: Sandbox) -> None:
    result = check(TWICE, sandbox)
    assert not result.passed
    assert names(result.failures) == ["visible test 2"]
    assert result.doubts == ()


def test_an_example_read_from_prose_is_only_doubted(sandbox: Sandbox) -> None:
    result = check(replace(TWICE, visible_derived=True), sandbox)
    assert result.passed
    assert names(result.doubts) == ["visible test 2"]


def test_nothing_is_doubted_where_the_hidden_test_fails(sandbox: Sandbox) -> None:
    wrong = replace(TWICE, visible_derived=True, hidden=(CodeTest("assert twice(0) == 1"),))
    result = check(wrong, sandbox)
    assert names(result.failures) == ["visible test 2", "hidden test 1"]
    assert result.doubts == ()


def test_a_reference_that_crashes_is_never_a_doubt(sandbox: Sandbox) -> None:
    crashing = replace(
        TWICE,
        visible_derived=True,
        visible=(CodeTest("assert twice(1) == 2"),),
        reference="def twice(x):\n    if x:\n        raise SystemExit\n    return 0\n",
    )
    result = check(crashing, sandbox)
    assert names(result.failures) == ["visible test 1"]


def test_a_program_is_checked_by_its_streams(sandbox: Sandbox) -> None:
    exercise = replace(
        TWICE,
        kind=ExerciseKind.STDIN,
        entry_point=None,
        visible=(StdioTest("1\n", "2\n"),),
        hidden=(StdioTest("2\n", "5\n"),),
        reference="print(2 * int(input()))\n",
    )
    assert names(check(exercise, sandbox).failures) == ["hidden test 1"]


def test_exercises_without_a_reference_are_left_out_and_order_is_kept() -> None:
    programs: list[Program] = []

    def run_many(group: Sequence[Program]) -> list[Report]:
        programs.extend(group)
        return [Report(status=None) for _ in group]  # type: ignore[arg-type]

    exercises = [
        replace(TWICE, id=str(number), reference=None if number % 3 == 0 else f"x = {number}")
        for number in range(20)
    ]
    checked = list(check_references(exercises, run_many))
    expected = [number for number in range(20) if number % 3]
    assert [result.exercise.id for result in checked] == [str(number) for number in expected]
    assert [program.source for program in programs] == [f"x = {number}" for number in expected]


@pytest.fixture(scope="module")
def checks(sandbox: Sandbox) -> dict[str, Check]:
    return {result.exercise.id: result for result in check_references(bundled(), sandbox.run_many)}


@pytest.fixture(scope="module")
def idle_reports(sandbox: Sandbox) -> dict[str, list[Report]]:
    """The verdicts of programs that do nothing, on the visible and on the hidden tests."""
    programs = [
        Program(source=idle_source(exercise), tests=tests)
        for exercise in bundled()
        for tests in (exercise.visible, exercise.hidden)
    ]
    reports = iter(sandbox.run_many(programs))
    return {exercise.id: [next(reports), next(reports)] for exercise in bundled()}


def idle_source(exercise: Exercise) -> str:
    return {
        ExerciseKind.FUNCTION: f"def {exercise.entry_point}(*_): ...\n",
        ExerciseKind.CLASS: f"class {exercise.entry_point}:\n    def __init__(self, *_): ...\n",
        ExerciseKind.STDIN: "",
        ExerciseKind.DATA: f"{exercise.entry_point} = None\n",
    }[exercise.kind]


@pytest.mark.parametrize("exercise", bundled(), ids=lambda exercise: exercise.id)
def test_every_bundled_reference_passes(exercise: Exercise, checks: dict[str, Check]) -> None:
    result = checks[exercise.id]
    assert [(test.name, test.result.status, test.result.error) for test in result.failures] == []
    assert len(result.tests) == len(exercise.visible) + len(exercise.hidden)


@pytest.mark.parametrize("exercise", bundled(), ids=lambda exercise: exercise.id)
def test_a_program_that_does_nothing_passes_no_bundled_exercise(
    exercise: Exercise, idle_reports: dict[str, list[Report]]
) -> None:
    assert [report.passed for report in idle_reports[exercise.id]] == [False, False]
