"""What the list of exercises consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from egcfg_tui.exercises import Exercise, ExerciseError
from egcfg_tui.runs.attempts import Attempts
from egcfg_tui.runs.exercise_key import key_of


@dataclass(frozen=True, slots=True)
class ExerciseRow:
    """An exercise, and what its kept runs came to."""

    exercise: Exercise
    attempts: Attempts = field(default_factory=Attempts)

    @property
    def key(self) -> str:
        """What the row is recognised by after the list was read again."""
        return f"{self.exercise.source}#{self.exercise.id}"

    @property
    def text(self) -> str:
        """What a typed word is looked for in."""
        exercise = self.exercise
        level = f"level {exercise.level}" if exercise.level else ""
        methods = " ".join((*self.attempts.solved_by, *self.attempts.failed_by))
        return (
            f"{exercise.id} {exercise.title} {exercise.kind} {level} {self.attempts.state} {methods} "
            f"{exercise.statement}"
        )


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file or folder that exercises were opened from lately."""

    path: Path

    @property
    def key(self) -> str:
        """What the row is recognised by."""
        return str(self.path)

    @property
    def text(self) -> str:
        """What a typed word is looked for in."""
        return f"{self.path} recent"


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """An exercise that cannot be read, and why."""

    reason: str

    @property
    def key(self) -> str:
        """What the row is recognised by."""
        return self.reason

    @property
    def text(self) -> str:
        """What a typed word is looked for in."""
        return f"{self.reason} broken"


Row = ExerciseRow | FileRow | BrokenRow


def rows_of(
    found: Iterable[Exercise | ExerciseError], attempts: dict[str, Attempts]
) -> Iterator[ExerciseRow | BrokenRow]:
    """A row for each exercise or, where it cannot be read, for the reason."""
    for one in found:
        if isinstance(one, ExerciseError):
            yield BrokenRow(str(one))
        else:
            yield ExerciseRow(one, attempts.get(key_of(one), Attempts()))
