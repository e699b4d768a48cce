"""Turns pasted text into an exercise file: TOML, a Python file, a row of a data set, or a statement."""

from __future__ import annotations

import ast
import json
import re
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

import tomli_w

from egcfg_tui.exercises.drafts import TEMPLATE, written
from egcfg_tui.exercises.formats import datasets, python_file
from egcfg_tui.exercises.model import Exercise, ExerciseError

_KEY: Final = re.compile(r"^\s*(?:title|statement|entry_point|kind|given)\s*=", re.MULTILINE)
_STATEMENT: Final = 'statement = """\n"""\n'


def as_toml(text: str) -> str:
    """The text in our own TOML format, possibly with mistakes; a text that is TOML stays unchanged.

    Raises `ExerciseError` for a Python file or a row that is no exercise.
    """
    if not text.strip() or _KEY.search(text):
        return text
    if text.lstrip()[0] in "{[":
        return _of_row(text)
    if _is_code(text):
        return _of_python(text)
    statement = tomli_w.dumps({"statement": f"\n{text.strip()}\n"}, multiline_strings=True)
    return TEMPLATE.replace(_STATEMENT, statement)


def _is_code(text: str) -> bool:
    """Whether the text looks like Python. Broken code does too, so that the user is told its mistake."""
    with suppress(SyntaxError, ValueError, RecursionError):
        return any(not isinstance(node, ast.Expr) for node in ast.parse(text).body)
    return re.search(r"^(?:async def|def|class|import|from) +\w+", text, re.MULTILINE) is not None


def _of_row(text: str) -> str:
    with suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text))
    return _read(text, "pasted.jsonl", lambda path: datasets.read_one(path, None))


def _of_python(text: str) -> str:
    names = re.findall(r"^(?:async def|def|class) +(\w+)", text, re.MULTILINE)
    name = next((name for name in names if not name.lower().startswith("test")), "pasted")
    return _read(text, f"{name}.py", python_file.read_file)


def _read(text: str, name: str, read: Callable[[Path], Exercise]) -> str:
    with tempfile.TemporaryDirectory(prefix="egcfg-") as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
        try:
            exercise = read(path)
            return written(replace(exercise, level=max(1, exercise.level)))
        except ExerciseError as error:
            raise ExerciseError(str(error).replace(f"{folder}/", "")) from None
