"""Shows a comparison on a terminal."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from rich import box
from rich.columns import Columns
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table as RichTable
from rich.text import Text

from egcfg_tui.bench.comparison import Comparison, PairSummary
from egcfg_tui.bench.comparison.curve_axes import curve_axes
from egcfg_tui.bench.comparison.letters import letter
from egcfg_tui.bench.comparison.tables import Table, row_tables
from egcfg_tui.bench.comparison.words import Name, conditions_line, exercises_line
from egcfg_tui.cli.curve_chart import CurveChart, coloured_letter
from egcfg_tui.terminal_text import printable

_PLAIN_COLUMNS: Final = 100
_IDS_SHOWN: Final = 12


def view(comparison: Comparison) -> Iterator[RenderableType]:
    """The parts of the view, from the summary to the details."""
    yield Text(
        f"egcfg-tui compare: {exercises_line(comparison)}, {conditions_line(comparison.conditions)}", "dim"
    )
    yield _text(comparison.summary, "bold")
    yield from (_text(note, "yellow") for note in comparison.notes)
    yield Text()
    yield from _tables(comparison)
    for axis in curve_axes(comparison):
        yield CurveChart(axis)
        yield Text()
    letters = {row.name: letter(index) for index, row in enumerate(comparison.rows)}
    for pair in comparison.pairs:
        yield _pair(pair, letters)


def plain(comparison: Comparison) -> str:
    """The same view as plain text, for a file."""
    console = Console(file=io.StringIO(), width=_PLAIN_COLUMNS, highlight=False, color_system=None)
    with console.capture() as capture:
        for part in view(comparison):
            console.print(part)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _tables(comparison: Comparison) -> Iterator[RenderableType]:
    """The tables of rows, two side by side if the terminal is wide enough."""
    rows = comparison.rows
    several_models = len({row.model for row in rows}) > 1
    solved, cost, rest, time = row_tables(comparison)
    names = {"model": [row.model for row in rows]} if several_models else {}
    names["method"] = [row.method for row in rows]
    title = solved.title if several_models else f"solved by {rows[0].model}"
    first = _table(replace(solved, title=title), names)
    yield Columns([first, _table(rest, {})], padding=(0, 4))
    yield Columns([_table(cost, {}), _table(time, {})], padding=(0, 4))


def _table(table: Table, names: dict[str, list[str]]) -> RenderableType:
    """A table with the rows' letters and names before its numbers."""
    shown = RichTable(
        title=_text(table.title, "bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
    )
    shown.add_column("")
    for heading in names:
        shown.add_column(heading, overflow="fold")
    for heading in table.headings:
        shown.add_column(heading, justify="right")
    for index, line in enumerate(table.lines):
        shown.add_row(coloured_letter(index), *(_text(column[index]) for column in names.values()), *line)
    return shown


def _pair(pair: PairSummary, letters: dict[Name, str]) -> RenderableType:
    a, b = letters[pair.a], letters[pair.b]
    lines = [
        f"both {len(pair.both)}, neither {len(pair.neither)}",
        f"only {a} {len(pair.only_a)}{_listed(pair.only_a)}",
        f"only {b} {len(pair.only_b)}{_listed(pair.only_b)}",
    ]
    cells = Padding(Group(*(_text(line, "dim") for line in lines)), (0, 0, 1, 2))
    return Group(_text(pair.words, "bold" if pair.ahead else ""), cells)


def _listed(ids: Sequence[str]) -> str:
    """The first ids, and how many more there are; `--format json` has all of them."""
    if not ids:
        return ""
    more = f" and {len(ids) - _IDS_SHOWN} more" if len(ids) > _IDS_SHOWN else ""
    return f": {', '.join(ids[:_IDS_SHOWN])}{more}"


def _text(text: str, style: str = "") -> Text:
    """A text that may hold names of models and exercises, made safe for a terminal."""
    return Text(printable(text), style)
