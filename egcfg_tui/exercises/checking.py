"""Runs reference solutions against the tests of their exercises, to find broken exercises."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from egcfg_sandbox import Program, Report, TestResult, Verdict
from egcfg_tui.exercises.model import Exercise

RunMany = Callable[[Sequence[Program]], list[Report]]
"""Runs programs in a sandbox and returns one report per program, in order."""

_BATCH: Final = 8
"""Programs per call of the sandbox: enough to keep its workers busy, few enough to show progress."""

_PATIENCE: Final = 5.0
"""A reference that ran out of time runs once more, with its time limits multiplied by this factor."""

_CONTRADICTED: Final = (Verdict.FAILED, Verdict.ERROR)
"""The verdicts of a test that expects something else than the reference does."""


@dataclass(frozen=True, slots=True)
class CheckedTest:
    """One test with the result of the reference. `number` counts from 1 among the visible or hidden tests."""

    number: int
    hidden: bool
    result: TestResult

    @property
    def name(self) -> str:
        """The name of the test in messages."""
        return f"{'hidden' if self.hidden else 'visible'} test {self.number}"


@dataclass(frozen=True, slots=True)
class Check:
    """The results of one exercise's reference solution.

    An exercise with `failures` is broken. `doubts` do not make it so: they are visible tests read from the
    prose of a docstring, which the reference contradicts although it passes every hidden test.
    """

    exercise: Exercise
    tests: tuple[CheckedTest, ...]

    @property
    def failures(self) -> tuple[CheckedTest, ...]:
        """The tests that did not pass, without the doubts."""
        return tuple(test for test in self._not_passed if test not in self.doubts)

    @property
    def doubts(self) -> tuple[CheckedTest, ...]:
        """The visible tests that the reference contradicts and that are probably wrong themselves."""
        if not self.exercise.visible_derived or any(test.hidden for test in self._not_passed):
            return ()
        return tuple(test for test in self._not_passed if test.result.status in _CONTRADICTED)

    @property
    def passed(self) -> bool:
        """Whether there are no failures."""
        return not self.failures

    @property
    def _not_passed(self) -> tuple[CheckedTest, ...]:
        return tuple(test for test in self.tests if not test.result.passed)


def check_references(exercises: Sequence[Exercise], run_many: RunMany) -> Iterator[Check]:
    """Checks every exercise that has a reference solution, in order; other exercises are skipped."""
    with_reference = [exercise for exercise in exercises if exercise.reference is not None]
    for start in range(0, len(with_reference), _BATCH):
        group = with_reference[start : start + _BATCH]
        programs = [
            Program(
                source=exercise.reference or "",
                tests=exercise.visible + exercise.hidden,
                entry_point=exercise.entry_point,
                classes=exercise.classes,
                limits=exercise.limits,
            )
            for exercise in group
        ]
        reports = run_many(programs)
        for index, report in enumerate(reports):
            if any(result.status is Verdict.TIMEOUT for result in report.results):
                reports[index] = run_many([_patient(programs[index])])[0]
        for exercise, report in zip(group, reports, strict=True):
            yield Check(exercise, tuple(_numbered(exercise, report)))


def _patient(program: Program) -> Program:
    """The program with longer time limits, because a busy machine is no fault of the reference."""
    limits = program.limits
    longer = replace(limits, wall_s=_PATIENCE * limits.wall_s, cpu_s=_PATIENCE * limits.cpu_s)
    return replace(program, limits=longer)


def _numbered(exercise: Exercise, report: Report) -> Iterator[CheckedTest]:
    for index, result in enumerate(report.results):
        hidden = index >= len(exercise.visible)
        number = index - len(exercise.visible) if hidden else index
        yield CheckedTest(number + 1, hidden, result)
