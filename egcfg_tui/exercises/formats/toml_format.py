"""Our own format: one exercise per TOML file. docs/exercises.md describes it for authors."""

from __future__ import annotations

from pathlib import Path

import tomli_w

from egcfg_sandbox import TOLERANCE, CodeTest, SnippetTest, StdioTest, Test
from egcfg_tui.exercises.formats.toml_reader import TomlReader
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.exercises.reading import text_files


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
    parts = [tomli_w.dumps(table, multiline_strings=True)]
    for group, tests in (("visible", exercise.visible), ("hidden", exercise.hidden)):
        for test in tests:
            body = tomli_w.dumps(_test_table(test, shared), multiline_strings=True)
            parts.append(f"[[{group}]]\n{body}")
    return "\n".join(parts)


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
