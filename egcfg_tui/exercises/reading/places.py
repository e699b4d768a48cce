"""Places in files, and errors that name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from egcfg_tui.exercises.model import ExerciseError


@dataclass(frozen=True, slots=True)
class Place:
    """A file, a line (from 1; None for the whole file) and a key (empty for none)."""

    file: str
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        line = "" if self.line is None else f", line {self.line}"
        key = f", key `{self.key}`" if self.key else ""
        return f"{self.file}{line}{key}"

    def at(self, key: str, line: int | None = None) -> Place:
        """The place of a key in the same file; without `line` it keeps the line of this place."""
        return Place(self.file, self.line if line is None else line, key)

    def error(self, message: str) -> ExerciseError:
        """An error that names this place. `message` must end with the next step."""
        return ExerciseError(f"{self}: {message}")


class Mistakes:
    """Collects the mistakes in a file, so that its author is told all of them at once."""

    def __init__(self) -> None:
        self._found: list[str] = []

    def note(self, error: ExerciseError) -> None:
        """Notes one mistake, or each line of an error that holds several."""
        self._found += str(error).split("\n")

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Notes an `ExerciseError` that ends the block, and lets the program go on after the block."""
        try:
            yield
        except ExerciseError as error:
            self.note(error)

    def raise_all(self) -> None:
        """Raises one `ExerciseError` with a line for each mistake, if there are any."""
        if self._found:
            raise ExerciseError("\n".join(dict.fromkeys(self._found)))


LocateKey = Callable[[str], Place]
"""The place of a key: `entry_point`, `starter`, `reference`, `visible`, or `visible.2` for the second one."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The text `; did you mean `a` or `b`?` if known words are close to `word`, else an empty text."""
    close = get_close_matches(word, list(known), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(f'`{match}`' for match in close)}?" if close else ""
