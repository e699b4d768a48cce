"""The page that leads newcomers through the code names only files and functions that exist."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FILES: Final = sorted(set(re.findall(r"`((?:egcfg_tui|sandbox|scripts|tests)/[\w/.]+|models\.toml)`", PAGE)))
WALKS: Final = re.findall(r"`((?:egcfg_tui|sandbox)/[\w/]+\.py)`\s+\(`(\w+)`\)", PAGE)


@pytest.mark.parametrize("name", FILES)
def test_every_file_and_folder_that_is_named_is_there(name: str) -> None:
    assert (ROOT / name).exists()


@pytest.mark.parametrize(("file", "name"), WALKS)
def test_every_step_of_a_walk_is_defined_in_its_file(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    defined = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        defined |= {target.id for target in targets if isinstance(target, ast.Name)}
    assert name in defined


def test_there_are_four_walks_with_steps() -> None:
    section = PAGE.partition("## Four walks")[2].partition("\n## ")[0]
    assert len(re.findall(r"^\*\*.+?\.\*\* ", section, re.MULTILINE)) == 4
    assert len(WALKS) > 15


def test_the_picture_of_the_rooms_is_the_one_of_the_imports() -> None:
    drawn = subprocess.run([sys.executable, ROOT / "scripts" / "draw_rooms.py", "--check"], check=False)
    assert drawn.returncode == 0, "run python scripts/draw_rooms.py"


@pytest.mark.parametrize("name", ["docs/architecture.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
