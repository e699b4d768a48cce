"""An environment that was moved, copied or lost its interpreter is rebuilt before anything runs in it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
INSTALLS: Final = "sh scripts/install.sh .venv ."

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="needs make")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with an environment that belongs to it; nothing but the project is installed."""
    folder = tmp_path / "project"
    (folder / "scripts").mkdir(parents=True)
    for name in ("Makefile", "pyproject.toml", "scripts/install.sh", "scripts/sound.py"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "egcfg_tui").mkdir()
    (folder / "egcfg_tui/__init__.py").touch()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    (packages,) = (folder / ".venv/lib").glob("python*/site-packages")
    (packages / "editable.pth").write_text(f"{folder}\n")
    write_program(folder / ".venv", f"#!{folder}/.venv/bin/python\n")
    touch_later(folder / ".venv/installed")
    return folder


def write_program(environment: Path, head: str) -> None:
    (environment / "bin/egcfg-tui").write_text(f"{head}print()\n")


def touch_later(path: Path) -> None:
    """Makes a file newer for make than everything that it is made from."""
    path.touch()
    later = path.stat().st_mtime + 60
    os.utime(path, (later, later))


def plan(project: Path) -> str:
    """The commands that `make run` would run."""
    command = ["make", "--dry-run", "run"]
    return subprocess.run(command, cwd=project, capture_output=True, encoding="utf-8", check=True).stdout


def test_a_sound_environment_is_used_as_it_is(project: Path) -> None:
    assert INSTALLS not in plan(project)


def test_a_program_with_a_long_path_is_understood(project: Path) -> None:
    interpreter = project / ".venv/bin/python"
    write_program(project / ".venv", f"#!/bin/sh\n'''exec' \"{interpreter}\" \"$0\" \"$@\"\n' '''\n")
    assert INSTALLS not in plan(project)


def test_without_an_environment_one_is_made(project: Path) -> None:
    shutil.rmtree(project / ".venv")
    assert INSTALLS in plan(project)


def test_an_interpreter_that_is_gone_is_noticed(project: Path) -> None:
    for link in (project / ".venv/bin").glob("python*"):
        link.unlink()
        link.symlink_to("/gone/python3")
    assert INSTALLS in plan(project)


def test_a_moved_folder_is_noticed(project: Path, tmp_path: Path) -> None:
    assert INSTALLS in plan(project.rename(tmp_path / "elsewhere"))


def test_a_copied_folder_is_noticed_though_the_first_one_works(project: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(project, tmp_path / "copy", symlinks=True)
    touch_later(copy / ".venv/installed")
    assert INSTALLS in plan(copy)
    assert INSTALLS not in plan(project)


def test_a_program_of_another_environment_is_noticed(project: Path) -> None:
    write_program(project / ".venv", "#!/gone/.venv/bin/python\n")
    assert INSTALLS in plan(project)


def test_the_script_makes_a_broken_environment_anew_and_says_so(project: Path, tmp_path: Path) -> None:
    """Runs with a Python that makes an environment and then installs nothing."""
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "python").write_text(
        '#!/bin/sh\n[ -e .venv/made ] || { mkdir -p .venv/bin; cp "$0" .venv/bin/python; >.venv/made; }\n'
    )
    (tools / "python").chmod(0o755)
    (project / "scripts/prerequisites.sh").write_text(f"echo {tools}/python\n")
    moved = project.rename(tmp_path / "elsewhere")
    (moved / ".venv/cmake-args").write_text("-DGGML_CUDA=on\n")
    done = subprocess.run(
        ["sh", "scripts/install.sh", ".venv", "."],
        cwd=moved,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert "cannot be used: it was moved, or its Python is gone" in done.stdout
    assert (moved / ".venv/made").exists()
    assert not (moved / ".venv/installed").exists()
    assert "CMAKE_ARGS=-DGGML_CUDA=on" in done.stdout
