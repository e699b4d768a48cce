"""The script that names everything a machine lacks before anything is built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "prerequisites.sh"
TOOLS = ("sh", "uname", "mktemp", "awk", "tr", "rm", "printf")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs that has only the usual small tools."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


def program(folder: Path, name: str, text: str = "exit 0") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def check(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / "sh"), str(SCRIPT)],
        env={"PATH": str(folder), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=30,
    )


def test_everything_that_is_missing_is_named_at_once(bare: Path) -> None:
    program(bare, "apt-get")
    done = check(bare)
    assert (done.returncode, done.stdout) == (1, "")
    for words in ("Python 3.11 or newer", "a C compiler", "a C++ compiler", "CMake"):
        assert f"  - {words}" in done.stderr
    assert "sudo apt-get install python3 python3-venv build-essential cmake" in done.stderr


def test_the_python_to_use_is_printed_when_nothing_is_missing(bare: Path) -> None:
    for name in ("cc", "c++", "cmake"):
        program(bare, name)
    done = check(bare, PYTHON=sys.executable)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{sys.executable}\n", "")


@pytest.mark.parametrize(
    ("broken", "named"),
    [("cc", "a C compiler that works"), ("c++", "a C++ compiler that works, with its standard library")],
)
def test_a_compiler_that_does_not_compile_is_named(bare: Path, broken: str, named: str) -> None:
    for name in ("cc", "c++", "cmake"):
        program(bare, name, "exit 1" if name == broken else "exit 0")
    done = check(bare, PYTHON=sys.executable)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("  - ")] == [f"  - {named}"]


def test_an_old_python_is_passed_over_for_a_newer_one(bare: Path) -> None:
    for name in ("cc", "c++", "cmake"):
        program(bare, name)
    program(bare, "python3", "exit 1")
    (bare / "python3.12").symlink_to(sys.executable)
    assert check(bare).stdout == "python3.12\n"


def test_a_python_without_venv_is_named(bare: Path) -> None:
    for name in ("cc", "c++", "cmake"):
        program(bare, name)
    program(bare, "python3", 'case "$2" in *venv*) exit 1;; *print*) echo python3.11;; esac')
    program(bare, "apt-get")
    done = check(bare)
    assert "the venv and ensurepip modules of python3" in done.stderr
    assert "sudo apt-get install python3.11-venv" in done.stderr
