"""MBPP rows: a sentence, a solution and three assertions. Also the sanitized edition, MBPP-ET and MBPP+.

The first three assertions of `test_list` are visible. In the sanitized edition the user may make the further
ones visible. All others stay hidden, because they are meant for scoring: the further assertions of MBPP-ET
(as one test), `challenge_test_list`, which the sanitized edition does not have, and `test`, which MBPP+ adds.
Only MBPP-ET gives the name of the function; elsewhere it is the name that all assertions call.
"""

from __future__ import annotations

import ast
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.reading.places import Place
from egcfg_tui.exercises.validation import validate

KEYS: Final = frozenset({"task_id", "code", "test_list"})
"""A row with these keys is an MBPP row."""

_VISIBLE: Final = 3
"""How many assertions of a row may steer the solver."""

_ROW_KEYS: Final = {
    "": "test_list",
    "entry_point": "test_list",
    "visible": "test_list",
    "hidden": "challenge_test_list",
    "reference": "code",
}


def names(row: Row) -> tuple[str, ...]:
    """The name of the row in `FILE#NAME`: its id."""
    return (row.identifier("task_id"),)


def read(row: Row) -> Exercise:
    """The exercise of one row. Raises `ExerciseError`."""
    code = row.text("code")
    setup = "\n".join([*row.optional_texts("test_imports"), row.optional_text("test_setup_code")]).strip()
    tests = row.texts("test_list")
    entry_point = row.optional_text("entry_point") or find_entry_point(tests, code, row.at("test_list"))
    visible, further = tests[:_VISIBLE], tests[_VISIBLE:]
    sanitized = "text" not in row.values
    opened = further if sanitized else []
    kept = ["\n".join(further)] if further and not sanitized else []
    kept += [extended] if (extended := row.optional_text("test").strip()) else []
    hidden = [*opened, *row.optional_texts("challenge_test_list"), *kept]
    task_id = row.identifier("task_id")
    exercise = Exercise(
        id=task_id,
        title=entry_point,
        statement=row.text("text" if "text" in row.values else "prompt").strip(),
        kind=_kind(entry_point, code),
        entry_point=entry_point,
        visible=tuple(CodeTest(test, setup) for test in visible),
        hidden=tuple(CodeTest(test, setup) for test in hidden),
        openable=len(opened),
        packages=imported_packages(setup, code, *tests, *kept),
        reference=code,
        level=0,
        source=f"{row.place.file}#{task_id}",
    )
    return validate(exercise, row.locator(_ROW_KEYS))


def _kind(entry_point: str, code: str) -> ExerciseKind:
    """Whether the solution defines the name as a function or a class. Broken code is refused later."""
    if not python_source.is_python(code):
        return ExerciseKind.FUNCTION
    node = python_source.definitions(python_source.parse(code)).get(entry_point)
    return ExerciseKind.CLASS if isinstance(node, ast.ClassDef) else ExerciseKind.FUNCTION


def find_entry_point(tests: list[str], code: str, place: Place) -> str:
    """The function under test: every test calls it and the solution defines it. Raises `ExerciseError`.

    Of several such names the outermost call counts. The names come from syntax trees, so `set(f(x)) == ...`,
    `isclose(f(x), ...)` and `not f(x)` all give `f`. If the solution defines none of them, the first called
    name that is no builtin is taken.
    """
    if not tests:
        raise place.error("is empty; add at least one assertion")
    trees = []
    for number, test in enumerate(tests, start=1):
        try:
            trees.append(python_source.parse(test))
        except python_source.SourceError as error:
            raise place.error(f"test {number} is not Python: {error}; correct it") from None
    calls = [python_source.called_names(tree) for tree in trees]
    common = [name for name in dict.fromkeys(calls[0]) if all(name in later for later in calls[1:])]
    try:
        defined = python_source.definitions(python_source.parse(code))
    except python_source.SourceError:
        defined = {}
    chosen = [
        name
        for name in common
        if isinstance(defined.get(name), ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign)
    ]
    chosen = chosen or [name for name in common if name not in python_source.BUILTIN_NAMES]
    if not chosen:
        raise place.error("no function is called by every test; let all tests call the function to write")
    return chosen[0]
