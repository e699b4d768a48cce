"""Words the list of exercises: rows, the filter, the details of a row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from textual.content import Content

from egcfg_tui.exercises import Exercise
from egcfg_tui.exercises.guarding import tests_inside
from egcfg_tui.exercises.library import own_file
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.choosing.filtering import FACETS, Filter
from egcfg_tui.tui.choosing.paths import Completion, shortened
from egcfg_tui.tui.choosing.rows import BrokenRow, ExerciseRow, FileRow, Row
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line, reflowed

ID_CELLS: Final = 18
LEVEL_CELLS: Final = 6
KIND_CELLS: Final = 9
METHOD_CELLS: Final = 10
_SHOWN_TESTS: Final = 3

_MARKS: Final = {"new": ("·", MUTED), "solved": ("✓", "$text-success"), "failed": ("✗", "$text-error")}


def heading() -> Content:
    """The names of the columns."""
    return _row(Content(" "), "exercise", "level", "kind", "method", Content.styled("title", MUTED), MUTED)


def row_content(row: Row) -> Content:
    """One row of the list, on one line."""
    match row:
        case FileRow(path):
            name = Content.styled(one_line(shortened(path)), "$text-accent")
            return Content("").join([Content.styled("▸ ", "$text-accent"), name, _muted("  opened lately")])
        case BrokenRow(reason):
            return Content.styled(f"! {one_line(reason)}", "$text-warning")
        case ExerciseRow(exercise, attempts):
            mark, style = _MARKS[attempts.state]
            return _row(
                Content.styled(mark, style),
                exercise.id,
                "●" * exercise.level,
                str(exercise.kind),
                ",".join(attempts.solved_by or attempts.failed_by),
                Content(one_line(_title(exercise))),
            )


def completion_content(offer: Completion) -> Content:
    """One offer for a typed path."""
    return Content("").join([Content(one_line(offer.text)), _muted(f"  {offer.note}")])


def filtered(chosen: Filter, shown: int, total: int, *, reading: bool) -> Content:
    """The filter, and how many rows pass it."""
    parts = [
        Content.styled(f"{facet} {_value(facet, getattr(chosen, facet))}", "bold $text-primary")
        if getattr(chosen, facet) is not None
        else _muted(f"{facet} any")
        for facet in FACETS
    ]
    count = f"{shown} of {total}" if shown != total else f"{total}"
    parts.append(Content(f"{count}, reading…" if reading else count))
    return _muted(" · ").join(parts)


def offered(count: int) -> Content:
    """How many files and folders a typed path may become."""
    return _muted(f"{count} {'path' if count == 1 else 'paths'} to choose from")


def details(row: Row | None) -> Content:
    """The details of the highlighted row."""
    match row:
        case None:
            return Content("")
        case FileRow(path):
            return Content(visible(f"{shortened(path)}\n\nEnter lists its exercises, or opens the only one."))
        case BrokenRow(reason):
            return Content(visible(reason))
        case ExerciseRow(exercise, _):
            return Content("\n").join([*_facts(row), Content(""), *_task(exercise)])


def _facts(row: ExerciseRow) -> list[Content]:
    exercise, attempts = row.exercise, row.attempts
    level = f"level {exercise.level} of 5" if exercise.level else "not rated"
    facts = [str(exercise.kind), exercise.entry_point or "", level]
    lines = [Content.styled(one_line(exercise.title), "bold"), Content(" · ".join(filter(None, facts)))]
    if exercise.source:
        own = " · yours" if own_file(exercise.id) else ""
        lines.append(_muted(one_line(str(shortened(Path(exercise.source)))) + own))
    if attempts.solved_by:
        lines.append(
            Content.styled(one_line(f"✓ solved by {', '.join(attempts.solved_by)}"), "$text-success")
        )
    if attempts.failed_by:
        lines.append(Content.styled(one_line(f"✗ failed by {', '.join(attempts.failed_by)}"), "$text-error"))
    many = "test" if len(exercise.visible) == 1 else "tests"
    tests = f"{len(exercise.visible)} visible {many}, {len(exercise.hidden)} hidden"
    if inside := len(tests_inside(exercise)):
        tests += f"; {inside} run inside, unguarded"
    lines.append(Content(tests))
    if not exercise.visible:
        lines.append(Content.styled("No test is visible: nothing can steer the solver.", "$text-warning"))
    return lines


def _task(exercise: Exercise) -> list[Content]:
    lines = [Content(visible(reflowed(exercise.statement.strip())))]
    lines.append(Content(""))
    for test in exercise.visible[:_SHOWN_TESTS]:
        lines.append(_muted(one_line(test.text)))
    return lines


def _title(exercise: Exercise) -> str:
    """The title, followed by the statement if the title is only the name of the function."""
    if exercise.title != exercise.entry_point:
        return exercise.title
    return exercise.statement.strip().partition("\n")[0] or exercise.title


def _value(facet: str, value: object) -> str:
    return "not rated" if facet == "level" and value == 0 else str(value)


def _row(
    mark: Content, name: str, level: str, kind: str, method: str, title: Content, style: str = "$foreground"
) -> Content:
    columns: Sequence[tuple[str, int, str]] = (
        (name, ID_CELLS, style),
        (level, LEVEL_CELLS, MUTED if style == MUTED else "$text-primary"),
        (kind, KIND_CELLS, MUTED),
        (method, METHOD_CELLS, MUTED),
    )
    cells = [
        Content.styled(one_line(text), style).truncate(width - 1, ellipsis=True, pad=True) + Content(" ")
        for text, width, style in columns
    ]
    return Content("").join([mark, Content(" "), *cells, title])


def _muted(text: str) -> Content:
    return Content.styled(text, MUTED)
