"""The matrix of a bench, with a cell that the arrows move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.events import Click
from textual.message import Message
from textual.widgets import Static

from egcfg_tui.tui.comparing.matrix import Column, ExerciseKey, Matrix
from egcfg_tui.tui.comparing.order import Order
from egcfg_tui.tui.widgets import matrix_lines
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.matrix_lines import Grid

_FAR = 10**9


class MatrixBody(LinesPanel):
    """The lines of the exercises, which scroll."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1, 0)", show=False),
        Binding("down,j", "move(1, 0)", show=False),
        Binding("left,h", "move(0, -1)", show=False),
        Binding("right,l", "move(0, 1)", show=False),
        Binding("pageup", "move_page(-1)", show=False),
        Binding("pagedown", "move_page(1)", show=False),
        Binding("home", f"move({-_FAR}, 0)", show=False),
        Binding("end", f"move({_FAR}, 0)", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor is to move by rows and columns."""

        rows: int
        columns: int

    @dataclass
    class CellClicked(Message):
        """A cell of the terminal was clicked: `row` of the lines, cell `x` of the row."""

        row: int
        x: int

    def action_move(self, rows: int, columns: int) -> None:
        """Asks for a move of the cursor."""
        self.post_message(self.Moved(rows, columns))

    def action_move_page(self, pages: int) -> None:
        """Asks for a move of the cursor by what is in sight."""
        self.post_message(self.Moved(pages * max(1, self.scrollable_content_region.height), 0))

    def on_click(self, event: Click) -> None:
        """Tells which cell was clicked."""
        where = event.get_content_offset(self)
        if where is not None:
            self.post_message(self.CellClicked(where.y + int(self.scroll_offset.y), where.x))


class MatrixPanel(Vertical):
    """Heading, exercises, totals. The cursor stays with its exercise, model and method whatever the order."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self.order = Order()
        self._matrix = Matrix()
        self._exercise: ExerciseKey | None = None
        self._column: Column | None = None

    def compose(self) -> ComposeResult:
        """Only the lines of the exercises scroll."""
        yield Static(id="matrix-heading", markup=False)
        yield MatrixBody(id="matrix-body")
        yield Static(id="matrix-totals", markup=False)

    @property
    def cursor(self) -> tuple[ExerciseKey, Column] | None:
        """The cell of the cursor; None before there is one."""
        if self._exercise is None or self._column is None:
            return None
        return self._exercise, self._column

    def show(self, matrix: Matrix) -> None:
        """Draws the matrix as it is now."""
        self._matrix = matrix
        if matrix.exercises and not self._knows(matrix):
            self.order = Order()
            self._exercise, self._column = matrix.exercises[0], matrix.columns[0]
        self._draw(follow=False)

    def sort_rows(self) -> None:
        """Orders the rows by the column of the cursor."""
        if self._column is not None:
            self.order = self.order.rows_by(self._column)
            self._draw(follow=True)

    def sort_columns(self) -> None:
        """Orders the columns by the row of the cursor."""
        if self._exercise is not None:
            self.order = self.order.columns_by(self._exercise)
            self._draw(follow=True)

    def on_resize(self) -> None:
        """Cuts the lines to the new width."""
        self._draw(follow=True)

    def on_matrix_body_moved(self, message: MatrixBody.Moved) -> None:
        """Moves the cursor, no further than the edges."""
        what = self._grid()
        if self._exercise not in what.exercises or self._column not in what.every_column:
            return
        row = what.exercises.index(self._exercise) + message.rows
        column = what.every_column.index(self._column) + message.columns
        self._exercise = what.exercises[min(max(0, row), len(what.exercises) - 1)]
        self._column = what.every_column[min(max(0, column), len(what.every_column) - 1)]
        self._draw(follow=True)

    def on_matrix_body_cell_clicked(self, message: MatrixBody.CellClicked) -> None:
        """Moves the cursor to the cell that was clicked."""
        what = self._grid()
        column = what.column_at(message.x)
        if column is not None and message.row < len(what.exercises):
            self._exercise, self._column = what.exercises[message.row], column
            self._draw(follow=True)

    def _knows(self, matrix: Matrix) -> bool:
        """Whether cursor and order make sense for a matrix."""
        exercises, columns = {self._exercise, self.order.exercise}, {self._column, self.order.column}
        return (
            self._exercise is not None
            and exercises <= {None, *matrix.exercises}
            and columns <= {None, *matrix.columns}
        )

    def _grid(self) -> Grid:
        body = self.query_one(MatrixBody)
        return matrix_lines.grid(self._matrix, self.order, body.line_width, self._column)

    def _draw(self, *, follow: bool) -> None:
        what = self._grid()
        filled = bool(what.exercises)
        self.query_one("#matrix-heading", Static).update(
            matrix_lines.heading(what) if filled else Content("")
        )
        self.query_one("#matrix-totals", Static).update(matrix_lines.totals(what) if filled else Content(""))
        body = self.query_one(MatrixBody)
        body.set_lines(
            [
                matrix_lines.line(what, exercise, self._column if exercise == self._exercise else None)
                for exercise in what.exercises
            ]
        )
        if follow and self._exercise in what.exercises:
            body.show_line(what.exercises.index(self._exercise))
