"""Checkers that execute the program's text in code of their own: what they see, and what is traced of it."""

from __future__ import annotations

import pytest

from egcfg_sandbox import CheckerTest, Program, Sandbox, TestResult, Verdict, missing_packages

AROUND = """
def test_execution(solution):
    for case in (1, 2):
        scope = {"n": case}
        exec("m = n + 1\\ndef helper(x):\\n    return x * 2\\n" + solution + "\\nresult = total\\n", scope)
        assert scope["result"] == case + 2
"""
INSIDE = """
def test_execution(solution):
    scope = {}
    exec("def f(xs):\\n" + solution + "\\nresult = f([1, 2])\\n", scope)
    assert scope["result"] == 3
"""


CALL = "test_execution(solution)"


def run(sandbox: Sandbox, source: str, setup: str = AROUND, code: str = CALL) -> TestResult:
    return sandbox.run(Program(source, (CheckerTest(code, setup),), trace=True)).results[0]


def told(result: TestResult) -> list[tuple[str, int, tuple[tuple[str, str], ...]]]:
    assert result.trace
    return [(event.kind, event.line, event.changes) for event in result.trace.events]


def test_lines_count_from_the_programs_first_and_only_its_own_are_told(sandbox: Sandbox) -> None:
    result = run(sandbox, "half = helper(1)\ntotal = m + half - 1\n")
    assert (result.status, result.error) == (Verdict.PASSED, None)
    assert told(result) == [("line", 1, (("half", "2"),)), ("line", 2, (("total", "4"),))]


def test_a_body_is_told_with_what_its_function_was_given(sandbox: Sandbox) -> None:
    result = run(sandbox, "    total = 0\n    for x in xs:\n        total += x\n    return total\n", INSIDE)
    assert result.passed
    assert told(result)[0] == ("call", 1, (("xs", "[1, 2]"),))
    assert ("line", 3, (("total", "3"),)) in told(result)
    assert max(line for _, line, _ in told(result)) == 4


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("x = 1\nboom()", "NameError: name 'boom' is not defined (line 2)"),
        ("x = 1", "NameError: the program does not define 'total'"),
        ("x = (", "SyntaxError: '(' was never closed (line 1)"),
    ],
)
def test_errors_name_the_programs_line_if_it_is_one(sandbox: Sandbox, source: str, error: str) -> None:
    assert run(sandbox, source).error == error


def test_a_test_may_call_its_checks_itself(sandbox: Sandbox) -> None:
    setup = f"{AROUND}\ndef test_string(solution):\n    assert 'while' not in solution"
    both = "test_execution(solution)\ntest_string(solution)"
    assert run(sandbox, "total = m + 1", setup, both).passed
    assert run(sandbox, "total = m + 1  # while", setup, both).status is Verdict.FAILED
    counting = "calls = []\n" + AROUND.replace("case + 2", "case + 2; calls.append(1)")
    assert run(sandbox, "total = m + 1", counting, f"{CALL}\nassert len(calls) == 2").passed


def test_modules_that_no_sandbox_would_find_are_named() -> None:
    assert missing_packages(["pytest", "no_such_module"]) == ["no_such_module"]
