"""HumanEval rows: a signature with its docstring, a solution and a `check` function.

The examples of the docstring are visible. `check` as a whole is one hidden test; the extended test cases of
HumanEval-ET are a second one. Some docstrings have examples that the solution of the data set contradicts. So
these exercises have `visible_derived` set: checking a reference then reports such an example instead of
calling the exercise broken.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from typing import Final

from egcfg_sandbox import CodeTest
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages
from egcfg_tui.exercises.python import source as python_source
from egcfg_tui.exercises.python.doctests import doctest_assertions
from egcfg_tui.exercises.python.prose_examples import prose_assertions
from egcfg_tui.exercises.reading.dataset_rows import Row
from egcfg_tui.exercises.validation import validate

KEYS: Final = frozenset({"task_id", "prompt", "entry_point", "canonical_solution", "test"})
"""A row with these keys is a HumanEval row."""

_ROW_KEYS: Final = {
    "": "test",
    "visible": "prompt",
    "hidden": "test",
    "starter": "prompt",
    "reference": "canonical_solution",
}


def names(row: Row) -> tuple[str, ...]:
    """The names of the row in `FILE#NAME`: `HumanEval/3`, and `3` alone."""
    task_id = row.identifier("task_id")
    return (task_id, task_id.rpartition("/")[2])


def read(row: Row) -> Exercise:
    """The exercise of one row. Raises `ExerciseError`."""
    prompt, entry_point, task_id = row.text("prompt"), row.text("entry_point"), row.identifier("task_id")
    try:
        tree = python_source.parse_open(prompt)
    except python_source.SourceError as error:
        raise row.at("prompt").error(f"is not Python: {error} (its line {error.line}); correct it") from None
    function = python_source.definitions(tree).get(entry_point)
    if not isinstance(function, ast.FunctionDef):
        raise row.at("prompt").error(f"does not define the function `{entry_point}`; correct `entry_point`")
    docstring = ast.get_docstring(function) or ""
    hidden = tuple(_hidden(row, entry_point))
    exercise = Exercise(
        id=task_id,
        title=entry_point,
        statement=docstring or f"Write the function `{entry_point}`.",
        kind=ExerciseKind.FUNCTION,
        entry_point=entry_point,
        visible=tuple(CodeTest(test) for test in docstring_assertions(prompt, function, tree)),
        hidden=hidden,
        starter=prompt,
        reference=prompt + row.text("canonical_solution"),
        level=0,
        source=f"{row.place.file}#{task_id}",
        visible_derived=True,
        packages=imported_packages(*(text for test in hidden for text in (test.setup, test.code))),
    )
    return validate(exercise, row.locator(_ROW_KEYS))


def _hidden(row: Row, entry_point: str) -> Iterator[CodeTest]:
    yield CodeTest(f"{row.text('test').strip()}\n\n\ncheck({entry_point})")
    if extended := row.optional_texts("test_case_list"):
        yield CodeTest("\n".join(extended))


def docstring_assertions(source: str, function: ast.FunctionDef, tree: ast.Module) -> list[str]:
    """The examples of a function's docstring: its doctests, or if it has none, the examples in its prose.

    In some docstrings `\\n` was meant for the reader, and evaluating the string breaks the examples. So the
    evaluated text and the text in the source are both tried, and the one with more examples wins.
    """
    evaluated = ast.get_docstring(function)
    if evaluated is None:
        return []
    known = frozenset(python_source.definitions(tree))
    written = inspect.cleandoc(ast.get_source_segment(source, function.body[0]) or "").strip("\"'")
    doctests = [doctest_assertions(text, known) for text in (evaluated, written)]
    prose = [prose_assertions(text, function, known) for text in (evaluated, written)]
    return max(doctests, key=len) or max(prose, key=len)
