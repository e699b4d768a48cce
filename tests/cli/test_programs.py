"""Correct programs are solved, however they read their input and print their numbers."""

from __future__ import annotations

import pytest
from support.stand_in import Saying

from egcfg_tui.cli.exit_codes import ExitCode

SUM = """
title = "Sum of three"
kind = "stdin"
statement = "Read three numbers of one line and print their sum."
[[visible]]
stdin = "1 2 3\\n"
stdout = "6\\n"
[[hidden]]
stdin = "0.1 0.2 0\\n"
stdout = "0.3\\n"
"""

ANSWERS = {
    "by size": """import os, io
input = io.BytesIO(os.read(0, os.fstat(0).st_size)).readline
print(sum(map(float, input().split())))
```
""",
    "by name": "print(sum(map(float, open('/dev/stdin').read().split())))\n```\n",
    "by line": "print(sum(map(float, input().split())))\n```\n",
}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_right_program_is_solved(saying: Saying, name: str) -> None:
    outcome = saying.solve(ANSWERS[name], SUM)
    assert outcome.code == ExitCode.DONE, outcome.stderr


def test_an_exercise_may_ask_for_every_digit(saying: Saying) -> None:
    outcome = saying.solve(ANSWERS["by line"], SUM.replace("[[visible]]", "tolerance = 0\n[[visible]]", 1))
    assert outcome.code == ExitCode.NOT_SOLVED
    assert "got '6.0', expected '6'" in outcome.stderr
