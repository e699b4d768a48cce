"""The command line in this process, and outputs compared byte by byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from support.command_line import CommandLine
from support.stand_in import Saying

GOLDEN: Final = Path(__file__).parent / "golden"
UPDATE: Final = "UPDATE_GOLDEN" in os.environ
"""`UPDATE_GOLDEN=1 pytest tests/cli` writes the files anew; read the difference before committing it."""


@pytest.fixture
def command_line(capfd: pytest.CaptureFixture[str]) -> CommandLine:
    """Runs commands in this process."""
    return CommandLine(capfd)


@pytest.fixture
def saying(command_line: CommandLine, tmp_path: Path) -> Saying:
    """Solves with a given answer instead of a model."""
    return Saying(command_line, tmp_path)


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compares an output with its file, byte by byte."""

    def compare(name: str, output: str) -> None:
        path = GOLDEN / name
        if UPDATE:
            path.write_bytes(output.encode())
        assert path.read_bytes().decode() == output

    return compare
