"""Our own format: one exercise per TOML file. docs/exercises.md describes it for authors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import tomli_w

from egcfg_sandbox import TOLERANCE, CodeTest, SnippetTest, StdioTest, Test
from egcfg_tui.exercises.formats.toml_reader import TomlReader
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.exercises.reading import text_files

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
"""What TOML takes as an escape only."""


def read_file(path: Path) -> Exercise:
    """Reads one exercise file; its id is the file's name without `.toml`. Raises `ExerciseError`."""
    return read(text_files.read_text(path), exercise_id=path.stem, source=str(path))


def read(text: str, *, exercise_id: str, source: str) -> Exercise:
    """Reads an exercise from TOML text. `source` is the file that errors name. Raises `ExerciseError`."""
    return TomlReader(text, source).exercise(exercise_id)


def write(exercise: Exercise) -> str:
    """The exercise as TOML text; reading it gives the same exercise.

    Raises `ValueError` for an exercise with a test that TOML cannot hold.
    """
    table: dict[str, object] = {
        "title": exercise.title,
        "kind": str(exercise.kind),
        "level": exercise.level,
        "statement": exercise.statement,
    }
    for key in ("entry_point", "given", "starter", "reference"):
        if value := getattr(exercise, key):
            table[key] = value
    tolerances = {t.tolerance for t in exercise.visible + exercise.hidden if isinstance(t, StdioTest)}
    if tolerances - {TOLERANCE}:
        table["tolerance"] = max(tolerances)
    setups = {test.setup for test in exercise.visible + exercise.hidden if isinstance(test, CodeTest)}
    shared = setups.pop() if len(setups) == 1 else ""
    if shared:
        table["setup"] = shared
    parts = [_text(table)]
    for group, tests in (("visible", exercise.visible), ("hidden", exercise.hidden)):
        for test in tests:
            parts.append(f"[[{group}]]\n{_text(_test_table(test, shared))}")
    return "\n".join(parts)


def _text(table: Mapping[str, object]) -> str:
    """The keys of a table, each on one or more lines, as a person would write them.

    Quotes in code have no backslashes before them if TOML can write the code without.
    """
    return "".join(f"{key} = {_value(value)}\n" for key, value in table.items())


def _value(value: object) -> str:
    if (
        isinstance(value, str)
        and all(char >= " " or char in "\t\n" for char in value)
        and "\x7f" not in value
    ):
        long = "\n" in value
        for quote in ('"', "'"):
            marks = 3 * quote if long else quote
            raw = quote == "'" or "\\" not in value
            if raw and marks not in value and not value.endswith(quote):
                return f"{marks}\n{value}{marks}" if long else f"{marks}{value}{marks}"
    return tomli_w.dumps({"value": value}, multiline_strings=True).partition(" = ")[2].rstrip("\n")


def _test_table(test: Test, shared_setup: str) -> dict[str, str]:
    match test:
        case StdioTest():
            return {"stdin": test.stdin, "stdout": test.stdout}
        case SnippetTest():
            return ({"given": test.own} if test.own else {}) | {"code": test.code}
        case CodeTest():
            own = {} if test.setup == shared_setup else {"setup": test.setup}
            return own | {"code": test.code}
        case _:
            raise ValueError(f"a test of a whole file ({test.text!r}) has no form in TOML")
