"""What judges need is loaded where they are forked, and lies in no program's process."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest
from support.judging import Judge

from egcfg_sandbox.server.held import HeldPackage


def test_modules_are_loaded_when_their_files_have_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "held_example"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "first.py").write_text("from held_example import second\nvalue = second.value + 1")
    (folder / "second.py").write_text("value = 1")
    held = HeldPackage("held_example", folder)
    shutil.rmtree(folder)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("held_example.first")
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    held.make_loadable()
    assert importlib.import_module("held_example.first").value == 2
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("held_example.third")


def test_a_programs_process_holds_nothing_of_the_judges(judge: Judge) -> None:
    source = (
        "import sys\ndef f():\n    return [name for name in sys.modules if 'egcfg_sandbox.judge' in name]"
    )
    assert judge(source, "assert f() == []").passed
