"""Runs the command line in this process, and gives what a user would see."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from egcfg_tui.cli.main import main


@dataclass(frozen=True)
class Outcome:
    """The exit code and the output of a command."""

    code: int
    stdout: str
    stderr: str


class CommandLine:
    """Calls `main` and captures both streams."""

    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self._capture = capture

    def __call__(self, *argv: str) -> Outcome:
        self._capture.readouterr()
        code = main(list(argv))
        streams = self._capture.readouterr()
        return Outcome(code, streams.out, streams.err)
