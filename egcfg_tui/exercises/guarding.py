"""Finds the tests of an exercise that run inside the program's own process, which could forge verdicts."""

from __future__ import annotations

from dataclasses import dataclass

from egcfg_sandbox import why_inside
from egcfg_tui.exercises.model import Exercise, ExerciseError


@dataclass(frozen=True, slots=True)
class InsideTest:
    """A test that runs inside. `number` counts from 1 among visible or hidden tests; `why` is in words."""

    number: int
    hidden: bool
    why: str

    @property
    def name(self) -> str:
        """The name of the test in messages."""
        return f"{'hidden' if self.hidden else 'visible'} test {self.number}"


def tests_inside(exercise: Exercise) -> list[InsideTest]:
    """The tests that run inside, each with the reason."""
    return [
        InsideTest(number, hidden, why)
        for hidden, tests in ((False, exercise.visible), (True, exercise.hidden))
        for number, test in enumerate(tests, start=1)
        if (why := why_inside(test)) is not None
    ]


def notice(exercise: Exercise) -> str | None:
    """One line for the user about tests that run inside; None if every test is guarded."""
    inside = tests_inside(exercise)
    if not inside:
        return None
    count = len(exercise.visible) + len(exercise.hidden)
    first = inside[0]
    return (
        f"{exercise.source}: {len(inside)} of {count} tests run inside the program's process, unguarded: "
        f"{first.name} {first.why}"
    )


def require_guarded(exercise: Exercise) -> None:
    """Raises `ExerciseError` if a test runs inside, and names the first one."""
    inside = tests_inside(exercise)
    if inside:
        raise ExerciseError(
            f"{exercise.source}: {inside[0].name} {inside[0].why}, so it runs inside the program's process, "
            "unguarded; leave out --guarded-only to run it, or write the test with plain values alone, as in "
            "`assert f([1, 2]) == 3`"
        )
