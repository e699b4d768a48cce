"""Where in a file something stands, and errors that say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from egcfg_tui.exercises.model import ExerciseError


@dataclass(frozen=True, slots=True)
class Place:
    """A file, a line in it (from 1, None: the file as a whole) and, where one is meant, a key."""

    file: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        key = f", key `{self.key}`" if self.key else ""
        return f"{self.file}{line}{key}"

    def at(self, key: str, line: int | None = None) -> Place:
        """The place of a key in the same file; the line is kept when none is given."""
        return Place(self.file, self.line if line is None else line, key)

    def error(self, message: str) -> ExerciseError:
        """An error that names this place. `message` ends with the next step to take."""
        return ExerciseError(f"{self}: {message}")


class Mistakes:
    """Collects what is wrong with a file, so that a writer is told all of it at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def note(self, error: ExerciseError) -> None:
        """Notes one mistake, or several that came in one error."""
        self._found += str(error).split("\n")

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Notes the mistake that ends the block, and goes on behind it."""
        try:
            yield
        except ExerciseError as error:
            self.note(error)

    def tell(self) -> None:
        """Raises one `ExerciseError` with a line for each mistake, if there are any."""
        if self._found:
            raise ExerciseError("\n".join(dict.fromkeys(self._found)))


LocateKey = Callable[[str], Place]
"""The place of a key: `entry_point`, `starter`, `reference`, `visible`, or `visible.2` for the second one."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean `a` or `b`?` when something known is close to `word`, else nothing."""
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
