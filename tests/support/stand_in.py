"""`egcfg-tui solve` with a given answer: everything but the model is real, also the child process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.command_line import CommandLine, Outcome


@dataclass(frozen=True)
class Saying:
    """Solves exercises with an answer that is given.

    `answer` is what the model says after the opening fence and the starter; `exercise` is TOML.
    """

    command_line: CommandLine
    folder: Path

    def solve(self, answer: str | bytes, exercise: str | Path, *options: str) -> Outcome:
        """`solve --method greedy`, unless the options say otherwise."""
        said = self.folder / "answer.txt"
        said.write_bytes(answer if isinstance(answer, bytes) else answer.encode())
        path = exercise
        if isinstance(path, str):
            path = self.folder / "exercise.toml"
            path.write_text(str(exercise), encoding="utf-8")
        return self.command_line("solve", str(path), "--model", f"say:{said}", "--method", "greedy", *options)

    def result(self, answer: str | bytes, exercise: str | Path, *options: str) -> dict[str, Any]:
        """The JSON object of such a solve."""
        outcome = self.solve(answer, exercise, "--format", "json", *options)
        assert outcome.stdout, outcome.stderr
        found: dict[str, Any] = json.loads(outcome.stdout)
        return found
