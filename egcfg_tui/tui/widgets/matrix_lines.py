"""The matrix as lines: a heading, one line an exercise, and the totals, in columns of one width."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from egcfg_tui.bench.records import Outcome
from egcfg_tui.tui import marks
from egcfg_tui.tui.comparing.matrix import Cell, Column, ExerciseKey, Matrix
from egcfg_tui.tui.comparing.order import Order
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line

CURSOR: Final = "reverse"
_GAP: Final = 2
_LEAST_CELLS: Final = 9
_MOST_CELLS: Final = 18
_LEAST_ID_CELLS: Final = len("solved")
_MOST_ID_CELLS: Final = 26


@dataclass(frozen=True, slots=True)
class Grid:
    """The matrix in an order, cut to a width: `columns` are those in sight, from `first` on."""

    matrix: Matrix
    exercises: tuple[ExerciseKey, ...]
    every_column: tuple[Column, ...]
    first: int
    columns: tuple[Column, ...]
    id_cells: int
    cells: int
    order: Order

    def column_at(self, x: int) -> Column | None:
        """The column that is drawn at cell `x` of a line."""
        place = (x - self.id_cells - _GAP) // (self.cells + _GAP)
        return self.columns[place] if 0 <= place < len(self.columns) else None


def grid(matrix: Matrix, order: Order, width: int, at: Column | None) -> Grid:
    """The matrix for lines of `width` cells, with column `at` in sight."""
    exercises, columns = order.exercises(matrix), order.columns(matrix)
    longest = max((_width(id_) for id_, _ in exercises), default=0)
    id_cells = min(_MOST_ID_CELLS, max(_LEAST_ID_CELLS, min(longest, width // 3)))
    widest = max((_width(part) for column in columns for part in column), default=0)
    cells = min(_MOST_CELLS, max(_LEAST_CELLS, widest))
    fit = max(1, (width - id_cells) // (cells + _GAP))
    place = columns.index(at) if at in columns else 0
    first = min(max(0, place - fit + 1), max(0, len(columns) - fit))
    return Grid(
        matrix,
        tuple(exercises),
        tuple(columns),
        first,
        tuple(columns[first : first + fit]),
        id_cells,
        cells,
        order,
    )


def heading(what: Grid) -> Content:
    """Two lines: the models, each where another one begins, and the methods with the signs of the order."""
    models, methods = [Content(" " * what.id_cells)], [Content(" " * what.id_cells)]
    before = None
    more = len(what.every_column) - what.first - len(what.columns)
    if what.first or more:
        sides = f"{'‹' if what.first else ' '} {'›' if more else ' '}"
        methods = [Content.styled(f"{sides:<{what.id_cells}}", MUTED)]
    for column in what.columns:
        model, method = column
        models.append(Content.styled(_fitted(model if model != before else "", what.cells), "bold"))
        sign = _sign(what.order.rows_reversed) if column == what.order.column else ""
        methods.append(Content.styled(_fitted(method + sign, what.cells), "$text-primary"))
        before = model
    return Content("\n").join([_joined(models), _joined(methods)])


def line(what: Grid, exercise: ExerciseKey, at: Column | None) -> Content:
    """One exercise; `at` is the column of the cursor, where it is on this line."""
    sign = _sign(what.order.columns_reversed) if exercise == what.order.exercise else ""
    parts = [Content(_fitted(one_line(exercise[0]) + sign, what.id_cells))]
    for column in what.columns:
        text = cell_text(what.matrix.cell(exercise, column))
        text = text + Content(" " * max(0, what.cells - text.cell_length))
        parts.append(text.stylize(CURSOR) if column == at else text)
    return _joined(parts)


def totals(what: Grid) -> Content:
    """What each column solved of what ended, and its faults."""
    rows = {(row.model, row.method): row for row in what.matrix.progress.rows()}
    parts = [Content.styled(_fitted("solved", what.id_cells), MUTED)]
    for column in what.columns:
        row = rows[column]
        faults = f" {marks.OUTCOMES[Outcome.FAULT].symbol}{row.faults}" if row.faults else ""
        parts.append(Content.styled(_fitted(f"{row.solved}/{row.ended}{faults}", what.cells), "bold"))
    return _joined(parts)


def cell_text(cell: Cell) -> Content:
    """Mark and time; of repeats how many of those that ended solved it, and their mean time."""
    parts = []
    if cell.planned == 1:
        parts += [marks.OUTCOMES[record.outcome].content for record in cell.records]
    elif cell.ended:
        solved = marks.OUTCOMES[Outcome.SOLVED if cell.solved == len(cell.ended) else Outcome.FAILED]
        parts.append(Content.styled(f"{cell.solved}/{len(cell.ended)}", solved.style))
    if cell.planned > 1 and len(cell.ended) < len(cell.records):
        parts.append(marks.OUTCOMES[Outcome.FAULT].content)
    if cell.running:
        parts.append(marks.RUNNING.content)
    if cell.seconds is not None:
        parts.append(Content(f"{cell.seconds:.1f} s"))
    return Content(" ").join(parts or [marks.PENDING.content])


def _joined(parts: Sequence[Content]) -> Content:
    return Content(" " * _GAP).join(parts)


def _sign(backwards: bool) -> str:
    return " ▴" if backwards else " ▾"


def _width(text: str) -> int:
    return Content(one_line(text)).cell_length


def _fitted(text: str, cells: int) -> str:
    """Foreign text in exactly so many cells; of a longer one the end stays, which tells names apart."""
    text = one_line(text)
    if Content(text).cell_length > cells:
        while Content(text).cell_length > cells - 1:
            text = text[1:]
        text = "…" + text
    return text + " " * (cells - Content(text).cell_length)
