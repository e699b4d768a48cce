"""Tests of snippets: what is executed around one, and what a program can do about it."""

from __future__ import annotations

import ast

import pytest

from egcfg_sandbox import Program, Sandbox, SnippetTest, Verdict
from egcfg_tui.exercises.python.snippets import needs_arguments, open_function, undefined_names


@pytest.mark.parametrize(
    ("source", "own", "verdict"),
    [
        ("total = n + 1", "", Verdict.PASSED),
        ("total = n + 1", "n = 5", Verdict.FAILED),
        ("total = 2", "n = 1", Verdict.PASSED),
        ("result = 2", "", Verdict.ERROR),
        ("len = lambda x: 1\ntotal = [1, 2]", "", Verdict.FAILED),
        ("_judge_compare = print\n_judge_truth = print\ntotal = 3", "", Verdict.FAILED),
    ],
)
def test_the_snippet_runs_behind_the_given_code(
    sandbox: Sandbox, source: str, own: str, verdict: Verdict
) -> None:
    code = "assert len([total]) == 1\nassert total == 2"
    report = sandbox.run(Program(source, (SnippetTest(code, "n = 1\n", own),)))
    assert report.status is verdict


@pytest.mark.parametrize(
    ("given_code", "function"),
    [
        ("x = 1\n", None),
        ("def f(x):\n    return x\n", None),
        ("x = 1\ndef f(x):\n", "f"),
        ("def f(x):\n    # write here\n", "f"),
        ("for x in y:\n", None),
        ("", None),
    ],
)
def test_an_insertion_point_inside_a_function_is_noticed(given_code: str, function: str | None) -> None:
    assert open_function(given_code) == function


@pytest.mark.parametrize(
    ("header", "needed"),
    [("f()", False), ("f(x)", True), ("f(x=1)", False), ("f(*, x)", True), ("f(*x, **y)", False)],
)
def test_a_function_that_needs_arguments_is_noticed(header: str, needed: bool) -> None:
    assert needs_arguments(f"x = 1\ndef {header}:\n") is needed
    assert not needs_arguments(f"def {header}: ...\n")


def test_names_that_nothing_binds() -> None:
    tree = ast.parse(
        "import a.b\nfrom c import d as e\ndef f(g, *h): return g + i\nf(len(e), a, j)\nk = l\nk\nd"
    )
    assert undefined_names(tree) == {"i", "j", "l", "d"}
