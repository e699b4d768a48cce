"""Loads exercises with the visible tests that the user asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from egcfg_tui.exercises import Exercise, ExerciseError, Visibility, bundled, load, load_each, with_visible
from egcfg_tui.exercises.guarding import require_guarded


@dataclass(frozen=True, slots=True)
class Loader:
    """`visible` chooses the tests that steer; `guarded_only` refuses exercises with an unguarded test."""

    visible: Visibility | None = None
    guarded_only: bool = False

    def bundled(self) -> tuple[Exercise, ...]:
        """The bundled exercises."""
        return tuple(with_visible(exercise, self.visible) for exercise in bundled())

    def load(self, reference: str) -> Exercise:
        """One exercise. Raises `ExerciseError`."""
        return self._taken(load(reference))

    def load_each(self, reference: str) -> Iterator[Exercise | ExerciseError]:
        """Each exercise of a file or folder, or the error if it cannot be loaded."""
        for found in load_each(reference):
            if isinstance(found, ExerciseError):
                yield found
                continue
            try:
                taken = self._taken(found)
            except ExerciseError as refused:
                yield refused
            else:
                yield taken

    def _taken(self, exercise: Exercise) -> Exercise:
        if self.guarded_only:
            require_guarded(exercise)
        return with_visible(exercise, self.visible)
