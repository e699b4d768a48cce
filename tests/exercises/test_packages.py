"""The packages that an exercise needs, and the error when they are not installed."""

from __future__ import annotations

import sys

import pytest

from egcfg_tui.exercises.model import Exercise, ExerciseError, ExerciseKind
from egcfg_tui.exercises.packages import imported_packages, require_packages


def exercise(*packages: str) -> Exercise:
    return Exercise(
        "x", "X", "X.", ExerciseKind.FUNCTION, "f", visible=(), source="x.jsonl#1", packages=packages
    )


def test_imports_beyond_the_standard_library_are_found_wherever_they_stand() -> None:
    source = "import os, numpy.linalg as la\ndef f():\n    from pandas.io import json\n    from . import x\n"
    assert imported_packages(source, "import sklearn", "not (python", "def f(x):") == (
        "numpy",
        "pandas",
        "sklearn",
    )


def test_what_is_not_installed_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(ExerciseError) as caught:
        require_packages(exercise("no_such_module_1", "pytest", "no_such_module_2"))
    assert str(caught.value) == (
        "x.jsonl#1: needs `no_such_module_1` and `no_such_module_2`; install with "
        f"`{sys.executable} -m pip install no_such_module_1 no_such_module_2`"
    )


def test_what_is_installed_is_no_obstacle() -> None:
    require_packages(exercise("pytest"))
    require_packages(exercise())
