"""Modules that tests inside the program's process need, imported once before the fork."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

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


def load(names: Iterable[str]) -> None:
    """Imports pytest, with what it imports only when it runs, and the modules of these names.

    What is not installed is left to fail in the run that needs it.
    """
    sys.dont_write_bytecode = True
    os.environ |= {"MPLBACKEND": "Agg", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    for name in ("asyncio", "json", "unittest.mock", "egcfg_sandbox.candidate.inside", *names):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
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
