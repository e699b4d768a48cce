"""A comparison as one HTML page that needs no other file: styles and charts are inside."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import quote

from egcfg_tui.bench.comparison.curve_axes import curve_axes
from egcfg_tui.bench.comparison.letters import letter
from egcfg_tui.bench.comparison.reports import charts
from egcfg_tui.bench.comparison.summary import Cell, Comparison, RowSummary
from egcfg_tui.bench.comparison.tables import pair_table, row_tables
from egcfg_tui.bench.comparison.words import conditions_line, exercises_line, short_names
from egcfg_tui.bench.records import Outcome, Record

MARKS: Final = {
    Outcome.SOLVED: ("✓", "solved"),
    Outcome.WRONG: ("≠", "passes the visible tests, fails a hidden one"),
    Outcome.FAILED: ("×", "no answer passes the visible tests"),
    Outcome.BUDGET: ("◷", "the budget was used up"),
    Outcome.LENGTH: ("…", "prompt or answer was cut"),
    Outcome.NO_CODE: ("∅", "no code in the answer"),
    Outcome.FAULT: ("!", "a fault, which is not counted"),
}
"""The mark of each outcome in the matrix, and its meaning."""


@dataclass(frozen=True, slots=True)
class Mark:
    """One task in the matrix: its outcome, its seconds, and the link to its recording if that exists."""

    outcome: Outcome
    seconds: float
    link: str | None


def render(comparison: Comparison, folder: Path = Path()) -> str:
    """The page. Its links to recordings are relative to `folder`, the folder in which it will be saved."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("egcfg_tui.bench.comparison", "reports/page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows, pairs = comparison.rows, comparison.pairs
    letters = {row.name: letter(index) for index, row in enumerate(rows)}
    places = {row.name: index for index, row in enumerate(rows)}
    labels = [f"{letters[pair.a]} − {letters[pair.b]}" for pair in pairs]
    return environment.get_template("page.html").render(
        comparison=comparison,
        exercises=exercises_line(comparison),
        conditions=conditions_line(comparison.conditions),
        letters=list(letters.values()),
        places=places,
        names=short_names(rows),
        series=charts.SERIES,
        tables=row_tables(comparison),
        pairs=pair_table(comparison),
        curves=[Markup(charts.curves(axis)) for axis in curve_axes(comparison)],
        intervals=Markup(charts.intervals(list(zip(labels, pairs, strict=True)))) if pairs else None,
        matrix=_matrix(comparison, folder),
        marks=MARKS,
        minus=_minus,
    )


def _matrix(comparison: Comparison, folder: Path) -> list[tuple[str, bool, list[list[Mark]]]]:
    """The lines of the matrix: the exercise, whether all rows have the same share, and each row's marks."""
    marks = [partial(_marks, prefix=_relative(row.folder, folder), row=row) for row in comparison.rows]
    return [
        (
            id_,
            len({cell.share for row in comparison.rows if (cell := row.cells.get(id_)) and cell.ended}) < 2,
            [of_row(id_) for of_row in marks],
        )
        for id_ in comparison.exercises
    ]


def _marks(id_: str, *, row: RowSummary, prefix: str) -> list[Mark]:
    cell = row.cells.get(id_, Cell((), ()))
    return [
        Mark(record.outcome, record.seconds, _link(row.folder, prefix, record)) for record in cell.records
    ]


def _link(folder: Path, prefix: str, record: Record) -> str | None:
    """The link from the page to the recording; None if there is no recording in the bench's folder."""
    name = Path(record.recording or "")
    if not record.recording or name.is_absolute() or ".." in name.parts or not (folder / name).is_file():
        return None
    return quote(f"{prefix}/{name.as_posix()}")


def _relative(folder: Path, start: Path) -> str:
    return Path(os.path.relpath(folder, start)).as_posix()


def _minus(text: str) -> str:
    """The text with true minus signs before numbers, as wide as a plus; hyphens stay."""
    return re.sub(r"(?<![^\s(])-(?=\d)", "−", text)
