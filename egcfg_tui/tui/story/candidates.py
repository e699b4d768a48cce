"""Lists the candidates of one line, with one entry for each distinct text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from egcfg_tui.events import Candidate, CandidateRun
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.view import LineView

LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Group:
    """Candidates with the same text, which begins with the part of the line that is in the code already.

    `letter` names their executable prefix, empty if there is none; `new`: no earlier entry has that letter.
    """

    indexes: tuple[int, ...]
    text: str
    run: CandidateRun | None
    letter: str
    new: bool
    complete: bool

    @property
    def numbers(self) -> str:
        """The numbers of its candidates, from 1."""
        return "·".join(str(index + 1) for index in self.indexes)

    @property
    def name(self) -> str:
        """Its name in titles. Entries may share a letter, never a number."""
        return f"candidate {self.letter}{self.numbers}"

    @property
    def rows(self) -> tuple[str, ...]:
        """Its rows, with control characters written out."""
        return tuple(visible(self.text).strip("\n").rstrip().split("\n"))


def groups(line: LineView) -> list[Group]:
    """The entries, in the order of the candidates; texts that still grow have no runs."""
    if not line.candidates:
        return [
            Group((index,), line.lead + text, None, "", False, False)
            for index, text in enumerate(line.growing)
        ]
    by_text: dict[str, list[Candidate]] = {}
    for candidate in line.candidates:
        by_text.setdefault(candidate.text.rstrip(), []).append(candidate)
    runs = line.runs or ()
    found: list[Group] = []
    seen: list[str] = []
    for text, same in by_text.items():
        at = next((at for at, run in enumerate(runs) if same[0].index in run.candidates), None)
        run = None if at is None else runs[at]
        letter = "" if run is None or run.source is None or at is None else LETTERS[at % len(LETTERS)]
        found.append(
            Group(
                tuple(candidate.index for candidate in same),
                line.lead + text,
                run,
                letter,
                letter == "" or letter not in seen,
                any(candidate.complete for candidate in same),
            )
        )
        seen.append(letter)
    return found


def group_of(found: list[Group], candidate: int | None) -> Group | None:
    """The entry of a candidate."""
    return next((group for group in found if candidate in group.indexes), None)


def chosen_group(line: LineView, found: list[Group]) -> Group | None:
    """The first entry that begins with the chosen line."""
    if not line.chosen:
        return None
    chosen = _first_row(line.lead + line.text)
    return next((group for group in found if _first_row(group.text) == chosen), None)


def first_difference(group: Group, found: list[Group]) -> tuple[int, str]:
    """The first row in which an entry differs from all others: its index and text. Remarks do not count.

    An entry that is the beginning of another differs from it after its last row.
    """
    rows = _code_rows(group)
    at = max((_shared(rows, _code_rows(other)) for other in found if other is not group), default=0)
    return rows[at] if at < len(rows) else (len(group.rows), "")


def _code_rows(group: Group) -> list[tuple[int, str]]:
    """The rows that hold code, each with its index."""
    rows = [(at, row) for at, row in enumerate(group.rows) if row.strip()]
    return [(at, row) for at, row in rows if not row.lstrip().startswith("#")] or rows


def _shared(rows: list[tuple[int, str]], other: list[tuple[int, str]]) -> int:
    pairs = zip(rows, other, strict=False)
    same = (at for at, ((_, one), (_, two)) in enumerate(pairs) if one != two)
    return next(same, min(len(rows), len(other)))


def _first_row(text: str) -> str:
    return text.lstrip("\n").split("\n", 1)[0].rstrip()
