"""The rows of the list of exercises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.exercises import Exercise, ExerciseError
from egcfg_tui.runs.attempts import Attempts
from egcfg_tui.runs.exercise_key import key_of


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise with the outcomes of its kept runs."""

    exercise: Exercise
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def key(self) -> str:
        """The identity of the row, which stays the same when the list is read again."""
        return f"{self.exercise.source}#{self.exercise.id}"

    @property
    def text(self) -> str:
        """The text in which a typed word is searched for."""
        exercise = self.exercise
        level = f"level {exercise.level}" if exercise.level else ""
        methods = " ".join((*self.attempts.solved_by, *self.attempts.failed_by))
        return (
            f"{exercise.id} {exercise.title} {exercise.kind} {level} {self.attempts.state} {methods} "
            f"{exercise.statement}"
        )


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or folder from which the user opened exercises recently."""

    path: Path

    @property
    def key(self) -> str:
        """The identity of the row."""
        return str(self.path)

    @property
    def text(self) -> str:
        """The text in which a typed word is searched for."""
        return f"{self.path} recent"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """An exercise that cannot be read, and why."""

    reason: str

    @property
    def key(self) -> str:
        """The identity of the row."""
        return self.reason

    @property
    def text(self) -> str:
        """The text in which a typed word is searched for."""
        return f"{self.reason} broken"


Row = ExerciseRow | FileRow | BrokenRow


def rows_of(
    found: Iterable[Exercise | ExerciseError], attempts: dict[str, Attempts]
) -> Iterator[ExerciseRow | BrokenRow]:
    """A row for each exercise, or for the error if it cannot be read."""
    for one in found:
        if isinstance(one, ExerciseError):
            yield BrokenRow(str(one))
        else:
            yield ExerciseRow(one, attempts.get(key_of(one), Attempts()))
