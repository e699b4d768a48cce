"""Every command line that a document or a help text shows is understood."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest

from egcfg_tui import exercises
from egcfg_tui.cli.dispatch import _EPILOG, COMMANDS
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.runs import LATEST

ROOT = Path(__file__).parents[2]
MODULES = {command.name: importlib.import_module(command.module) for command in COMMANDS}


def parser_of(name: str) -> CommandParser:
    """The parser of one command."""
    parser = CommandParser(prog=f"egcfg-tui {name}")
    MODULES[name].configure(parser)
    return parser


def shown_lines() -> list[str]:
    """Command lines of the README's code blocks and of all help texts."""
    blocks = re.findall(r"^```\n(.*?)^```", (ROOT / "README.md").read_text(), re.MULTILINE | re.DOTALL)
    helps = [_EPILOG, *(str(parser_of(name).epilog) for name in MODULES)]
    lines = [line.strip() for text in (*blocks, *helps) for line in text.splitlines()]
    return sorted({line for line in lines if re.match(r"egcfg-tui( |$)", line)})


@pytest.mark.parametrize("line", shown_lines())
def test_a_shown_command_line_is_understood(line: str) -> None:
    _program, *argv = shlex.split(line.split("|")[0], comments=True)
    name, *rest = argv or ["open"]
    args = parser_of(name).parse(rest)
    named = {"solve": lambda: args.exercises, "open": lambda: [args.exercise]}.get(name, list)()
    for exercise in named:
        if exercise and exercise != LATEST and not Path(exercise.partition("#")[0]).suffix:
            assert exercises.load(exercise)


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md"))]
)
def test_every_picture_and_page_that_is_named_is_there(page: str) -> None:
    file = ROOT / page
    for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", file.read_text(encoding="utf-8")):
        assert (file.parent / target).exists(), target
