"""`--model say:FILE`: everything but the model is real."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.command_line import CommandLine
from support.stand_in import Saying

from egcfg_tui.cli.exit_codes import ExitCode
from egcfg_tui.runs import read_recording

SUM = """
title = "Sum"
statement = "Write `f(a, b)` that returns the sum."
entry_point = "f"
starter = "def f(a, b):"
[[visible]]
code = "assert f(1, 2) == 3"
[[hidden]]
code = "assert f(5, 6) == 11"
"""
RIGHT = "    return a + b\n```\nThat is all.\n"
WRONG = "    return 4\n```\n"


@pytest.mark.parametrize("method", ["greedy", "sample", "egcfg", "auto"])
def test_every_method_gives_the_answer_of_the_file(saying: Saying, method: str) -> None:
    outcome = saying.solve(RIGHT, SUM, "--method", method)
    assert outcome.code == ExitCode.DONE, outcome.stderr
    assert outcome.stdout == "def f(a, b):\n    return a + b\n"


@pytest.mark.parametrize("method", ["greedy", "sample"])
def test_a_wrong_answer_is_not_solved(saying: Saying, method: str) -> None:
    outcome = saying.solve(WRONG, SUM, "--method", method)
    assert outcome.code == ExitCode.NOT_SOLVED
    assert "hidden tests: 0 of 1 passed" in outcome.stderr


@pytest.mark.parametrize("method", ["egcfg", "auto"])
def test_guided_trials_go_on_with_a_wrong_answer_until_the_budget_ends(saying: Saying, method: str) -> None:
    outcome = saying.solve(WRONG, SUM, "--method", method, "--budget", "1")
    assert outcome.code == ExitCode.NOT_SOLVED
    assert "the budget is used up" in outcome.stderr


def test_the_model_is_named_in_result_and_recording(saying: Saying, tmp_path: Path) -> None:
    recording = tmp_path / "run.jsonl"
    result = saying.result(RIGHT, SUM, "--record", str(recording))
    assert result["model"] == f"say:{tmp_path / 'answer.txt'}"
    assert read_recording(recording).header.request.model.name == result["model"]


def test_a_file_that_is_not_there_is_told(command_line: CommandLine, tmp_path: Path) -> None:
    outcome = command_line("solve", "cheer", "--model", f"say:{tmp_path}/gone.txt")
    assert outcome.code == ExitCode.MODEL_OR_DATA
    assert "there is no such file; give a text file that holds the answer" in outcome.stderr
