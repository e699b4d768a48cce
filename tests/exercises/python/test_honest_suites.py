"""Tests as people write them for pytest and unittest: a right program passes each, an empty one none.

`honest_suites.txt` holds test files about the program `work.txt`, each under a `###` line. They are run
guarded or inside, whatever their texts need.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from egcfg_sandbox import Limits, Program, Sandbox, Verdict
from egcfg_tui.exercises.python.suites import Suite, read_tests
from egcfg_tui.exercises.reading.places import Place

_FOLDER = Path(__file__).parent
PROGRAM = (_FOLDER / "work.txt").read_text("utf-8")
_ROWS = (_FOLDER / "honest_suites.txt").read_text("utf-8").split("### ")[1:]
SUITES = {name: text for name, _, text in (row.partition("\n") for row in _ROWS)}


def suite(text: str) -> Suite:
    names = [node.name for node in ast.parse(PROGRAM).body if hasattr(node, "name")] + ["LIMIT"]
    used = sorted(name for name in names if f"{name}" in text and f" as {name}" not in text)
    text = f"from work import {', '.join(used)}\n{text}\n"
    return Suite(ast.parse(text), text, "test_work.py", "work", Place("test_work.py"))


def test_the_table_is_read_to_the_last_row() -> None:
    assert len(SUITES) >= 60


@pytest.mark.parametrize("name", SUITES)
def test_a_right_program_passes_and_one_that_does_nothing_does_not(sandbox: Sandbox, name: str) -> None:
    tests = read_tests(suite(SUITES[name])).tests
    assert tests
    limits = Limits(wall_s=10.0, cpu_s=10.0)
    right = sandbox.run(Program(PROGRAM, tests, limits=limits, entry_point="add"))
    assert [(row.status, row.error) for row in right.results] == [(Verdict.PASSED, None)] * len(tests)
    empty = "\n".join(
        f"def {node.name}(*a, **k): pass" for node in ast.parse(PROGRAM).body if hasattr(node, "name")
    )
    wrong = sandbox.run(Program(f"LIMIT = -1\n{empty}", tests, limits=limits, entry_point="add"))
    assert not any(row.passed for row in wrong.results)
