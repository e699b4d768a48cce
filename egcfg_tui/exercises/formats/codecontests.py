"""CodeContests rows: a contest problem whose answer is a program that reads and writes standard streams.

The public tests are visible, since the statement prints them. The private and the generated tests are hidden.
The limits are those of the problem, but at least those of other exercises, because they were made for C++.
"""

from __future__ import annotations

from typing import Any, Final

from egcfg_sandbox import Limits, StdioTest
from egcfg_tui.exercises.formats.codecontests_messages import normalized
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.validation import validate

KEYS: Final = frozenset({"name", "description", "public_tests"})
"""A row with these keys is a CodeContests row."""

MESSAGE_KEYS: Final = frozenset({"name", "description", "publicTests"})
"""The same for rows that protobuf wrote."""

_ROW_KEYS: Final = {"": "public_tests", "visible": "public_tests", "reference": "solutions"}
_SLOWNESS: Final = 2.0
_PYTHON_3: Final = 3
"""The data set's number for the language of a solution."""


def names(row: Row) -> tuple[str, ...]:
    """The names of the row in `FILE#NAME`: `9_A` and the whole `9_A. Die Roll`."""
    name = row.identifier("name")
    return tuple(dict.fromkeys((name.partition(". ")[0], name)))


def read(row: Row) -> Exercise:
    """The exercise of one row. Raises `ExerciseError`."""
    row = normalized(row)
    number, _, title = row.identifier("name").partition(". ")
    hidden = [test for key in ("private_tests", "generated_tests") for test in _tests(row, key)]
    exercise = Exercise(
        id=number,
        title=title or number,
        statement=row.text("description").strip(),
        kind=ExerciseKind.STDIN,
        entry_point=None,
        visible=tuple(_tests(row, "public_tests")),
        hidden=tuple(hidden),
        reference=_python_solution(row),
        level=0,
        source=f"{row.place.file}#{number}",
        limits=_limits(row),
    )
    return validate(exercise, row.locator(_ROW_KEYS))


def _limits(row: Row) -> Limits:
    """The usual limits, or the problem's if higher: its memory, and its seconds twice as Python is slower."""
    usual = Limits()
    span = row.columns("time_limit")
    seconds = 0.0 if span is None else span.number("seconds") + span.number("nanos") * 1e-9
    wall_s = max(usual.wall_s, _SLOWNESS * seconds)
    memory_bytes = max(usual.memory_bytes, int(row.number("memory_limit_bytes")))
    try:
        return Limits(wall_s=wall_s, cpu_s=wall_s, memory_bytes=memory_bytes)
    except ValueError as error:
        key = "memory_limit_bytes" if "memory" in str(error) else "time_limit"
        raise row.at(key).error(f"{error}; correct the row") from None


def _tests(row: Row, key: str) -> list[StdioTest]:
    columns = row.columns(key)
    inputs, outputs = (columns.texts(name) for name in ("input", "output")) if columns else ([], [])
    if len(inputs) != len(outputs):
        raise row.at(key).error(f"has {len(inputs)} inputs and {len(outputs)} outputs; make them pairs")
    return [StdioTest(stdin, stdout) for stdin, stdout in zip(inputs, outputs, strict=True)]


def _python_solution(row: Row) -> str | None:
    """The first solution marked as Python 3 that really parses as Python 3; None if the row has none."""
    columns = row.columns("solutions")
    if columns is None:
        return None
    languages: Any = columns.values.get("language")
    sources = columns.texts("solution")
    if not isinstance(languages, list) or len(languages) != len(sources):
        raise row.at("solutions").error("has fewer or more languages than solutions; make them pairs")
    claimed = (source for language, source in zip(languages, sources, strict=True) if language == _PYTHON_3)
    return next((source for source in claimed if python_source.is_python(source)), None)
