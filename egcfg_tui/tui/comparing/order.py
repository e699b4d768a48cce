"""The order of the matrix: that of the plan, or by what stands in one column or one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from egcfg_tui.bench.records import Outcome
from egcfg_tui.tui.comparing.matrix import Cell, Column, ExerciseKey, Matrix

_OUTCOMES = list(Outcome)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """Rows by the cells of a column, columns by the cells of a row; None: as planned.

    The best and fastest comes first, reversed the worst and slowest. What has no result stays behind.
    """

    column: Column | None = None
    rows_reversed: bool = False
    exercise: ExerciseKey | None = None
    columns_reversed: bool = False

    def rows_by(self, column: Column) -> Order:
        """Rows by this column; asked for again reversed, and a third time as planned."""
        if self.column != column:
            return replace(self, column=column, rows_reversed=False)
        return replace(self, column=column if not self.rows_reversed else None, rows_reversed=True)

    def columns_by(self, exercise: ExerciseKey) -> Order:
        """Columns by this row; asked for again reversed, and a third time as planned."""
        if self.exercise != exercise:
            return replace(self, exercise=exercise, columns_reversed=False)
        return replace(self, exercise=exercise if not self.columns_reversed else None, columns_reversed=True)

    def exercises(self, matrix: Matrix) -> list[ExerciseKey]:
        """The rows in this order."""
        column = self.column
        if column is None:
            return list(matrix.exercises)
        return _sorted(matrix.exercises, lambda key: matrix.cell(key, column), backwards=self.rows_reversed)

    def columns(self, matrix: Matrix) -> list[Column]:
        """The columns in this order."""
        exercise = self.exercise
        if exercise is None:
            return list(matrix.columns)
        return _sorted(
            matrix.columns, lambda key: matrix.cell(exercise, key), backwards=self.columns_reversed
        )


def _sorted(keys: Iterable[_T], cell_of: Callable[[_T], Cell], *, backwards: bool) -> list[_T]:
    cells = [(key, cell_of(key)) for key in keys]
    ended = sorted(
        ((key, cell) for key, cell in cells if cell.ended),
        key=lambda item: _result(item[1]),
        reverse=backwards,
    )
    others = sorted(((key, cell) for key, cell in cells if not cell.ended), key=lambda item: _state(item[1]))
    return [key for key, _ in (*ended, *others)]


def _result(cell: Cell) -> tuple[float, int, float]:
    outcome = min(_OUTCOMES.index(record.outcome) for record in cell.ended)
    return -cell.solved / len(cell.ended), outcome, cell.seconds or 0.0


def _state(cell: Cell) -> int:
    """Faults, then what is running, then what has not begun."""
    return 0 if cell.records else 1 if cell.running else 2
