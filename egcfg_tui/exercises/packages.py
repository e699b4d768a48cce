"""Third-party modules: which of them an exercise imports, and which are not installed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from typing import Final

from egcfg_sandbox import (
    CheckerTest,
    CodeTest,
    SnippetTest,
    StdioTest,
    SuiteTest,
    Test,
    missing_packages,
)
from egcfg_tui.exercises.model import Exercise, ExerciseError
from egcfg_tui.exercises.python import source as python_source

_DISTRIBUTIONS: Final = {
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "PIL": "pillow",
    "cv2": "opencv-python",
}
"""The names of packages in pip, for modules with another name."""


_NEEDED_FIXTURES: Final = {"mocker": "pytest_mock"}
"""Names of pytest fixtures that come from a package, with the module of that package."""


def imported_packages(*sources: str, without: Iterable[str] = ()) -> tuple[str, ...]:
    """The top-level modules outside the standard library that the sources import, sorted.

    Modules in `without`, which come with the exercise, are left out, and so is pytest, which is always
    installed. A source that is not Python counts as one without imports.
    """
    names: set[str] = set()
    for source in sources:
        try:
            tree = python_source.parse_open(source)
        except python_source.SourceError:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module.partition(".")[0])
            elif isinstance(node, ast.arg) and node.arg in _NEEDED_FIXTURES:
                names.add(_NEEDED_FIXTURES[node.arg])
    return tuple(sorted(names - sys.stdlib_module_names - {"pytest", "_pytest", *without}))


def test_texts(tests: Iterable[Test]) -> list[str]:
    """All code of the tests."""
    texts: list[str] = []
    for test in tests:
        match test:
            case CodeTest() | CheckerTest():
                texts += [test.setup, test.code]
            case SnippetTest():
                texts += [test.given, test.own, test.code, test.end]
            case SuiteTest(files=files):
                texts += [text for name, text in files if name.endswith(".py")]
            case StdioTest():
                pass
    return list(dict.fromkeys(texts))


def require_packages(exercise: Exercise) -> None:
    """Raises `ExerciseError` if the sandbox lacks a module of the exercise, and says how to install it."""
    missing = missing_packages(exercise.packages)
    if missing:
        raise ExerciseError(f"{exercise.source}: needs {_listed(missing)}; {advice(missing)}")


def advice(missing: Iterable[str]) -> str:
    """The next step for modules that are not installed."""
    names = " ".join(sorted(_DISTRIBUTIONS.get(name, name) for name in missing))
    return f"install with `{sys.executable} -m pip install {names}`"


def _listed(names: Iterable[str]) -> str:
    *first, last = [f"`{name}`" for name in names]
    return f"{', '.join(first)} and {last}" if first else last
