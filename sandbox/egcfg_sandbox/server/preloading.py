"""Modules that take long to import, imported once before the fork: pytest, and large libraries."""

from __future__ import annotations

import contextlib
import importlib
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from egcfg_sandbox.verdicts import CheckerTest, CodeTest, Program, SnippetTest, SuiteTest

LIBRARY_SETTINGS: Final = {
    "MPLBACKEND": "Agg",
    "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    "OMP_NUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",
}
"""Variables by which libraries draw without a screen, load nothing unasked, and start no other programs."""
_LARGE: Final = {
    "matplotlib": "matplotlib.pyplot",
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "sklearn": "sklearn",
}
"""Libraries that take a good part of a second to import, and start no threads then; and what of them is
imported for a program, which must not choose what runs before it is confined."""
_IMPORTED: Final = re.compile(r"^[ \t]*(?:import|from)[ \t]+([\w.]+)", re.MULTILINE)

_REHEARSED = """
import pytest

@pytest.fixture
def two(tmp_path, monkeypatch, capsys, caplog):
    return 2

class TestSum:
    @pytest.mark.parametrize("number", [1, pytest.param(2, id="two")])
    def test_sum(self, number, two):
        with pytest.raises(ValueError, match="odd"):
            raise ValueError("odd")
        assert number + 0.1 + two == pytest.approx(2.1 + number)
"""


def preloadable(program: Program) -> frozenset[str]:
    """Modules of large libraries that a program and its tests import: to be imported once, for all runs."""
    texts: list[str] = []
    for test in program.tests:
        match test:
            case SuiteTest(files=files):
                texts += [text for _, text in files]
            case CodeTest() | CheckerTest():
                texts += [test.setup, test.code]
            case SnippetTest():
                texts += [test.given, test.own, test.code]
    of_tests = {name for text in texts for name in large_imports(text)}
    return frozenset(of_tests | {_LARGE[_library(name)] for name in large_imports(program.source)})


def large_imports(text: str) -> set[str]:
    """Modules of large libraries that a text imports."""
    return {name for name in _IMPORTED.findall(text) if _library(name) in _LARGE}


def _library(module: str) -> str:
    return module.partition(".")[0]


def load(names: Iterable[str]) -> None:
    """Imports the modules of these names. What cannot be imported is left to the run that needs it."""
    sys.dont_write_bytecode = True
    os.environ |= LIBRARY_SETTINGS
    for name in names:
        with contextlib.suppress(Exception):
            importlib.import_module(name)
            if _library(name) == "sklearn":
                # It looks up thread pools once, in /proc, which programs do not have.
                importlib.import_module("sklearn.cluster").KMeans(1, n_init=1).fit([[0.0]])


def rehearse() -> None:
    """Imports what runs tests inside the program's process, and what pytest imports only when it runs."""
    load(("asyncio", "json", "unittest.mock", "egcfg_sandbox.candidate.inside"))
    with contextlib.suppress(ImportError):
        from egcfg_sandbox.candidate import with_pytest

        with tempfile.TemporaryDirectory() as folder:
            before = set(sys.modules)
            file = Path(folder, "test_rehearsal.py")
            file.write_text(_REHEARSED)
            with_pytest.run(file, None, contextlib.nullcontext)
            for name in set(sys.modules) - before:
                if Path(getattr(sys.modules[name], "__file__", None) or "/").parent == Path(folder):
                    del sys.modules[name]
            sys.path[:] = [path for path in sys.path if path != folder]
    tempfile.tempdir = None  # each run has a temporary folder of its own
