"""An exercise without visible tests: the user is told before the start, and no absent tests are counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from egcfg_tui.cli.main import main
from egcfg_tui.exercises.visibility import NOTHING_STEERS

EXERCISE = """\
title = "Add"
statement = "Write add(a, b): the sum."
entry_point = "add"
starter = "def add(a, b):\\n"
[[hidden]]
code = "assert add(1, 2) == 3"
"""


@pytest.mark.parametrize("method", ["auto", "egcfg", "sample", "greedy"])
@pytest.mark.parametrize(("operator", "solved"), [("+", True), ("-", False)])
def test_solve_says_so_before_and_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], method: str, operator: str, solved: bool
) -> None:
    exercise, answer = tmp_path / "add.toml", tmp_path / "answer.py"
    exercise.write_text(EXERCISE)
    answer.write_text(f"def add(a, b):\n    return a {operator} b\n")
    options = ["--model", f"say:{answer}", "--method", method, "--format", "json", "--no-record"]
    assert main(["solve", str(exercise), *options]) == (0 if solved else 1)
    captured = capsys.readouterr()
    narration = captured.err
    assert narration.index(NOTHING_STEERS) < narration.index("answer: not judged")
    assert "0 of 0" not in narration
    assert "passed all visible tests" not in narration
    result = json.loads(captured.out)
    assert (result["solved"], result["hidden_passed"], result["reason"]) == (solved, solved, "not_judged")
    assert [trial["outcome"] for trial in result["trial_list"]] == ["not_judged"]
