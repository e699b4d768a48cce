"""A program's own builtins and helpers judge nothing, unless they are what the test is about."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

CHECK = "def check(candidate):\n    assert abs(candidate(1) - 2.5) < 1e-6"
SUMS = "def sum(xs):\n    total = 0\n    for x in xs: total += x\n    return total\n"
JUDGED = {
    "isclose": ("def f(x): return 2.5\ndef isclose(*a): return False", "def f(x): return 0\ndef isclose(*a): return True", "assert isclose(f(1), 2.5)", "f"),
    "Counter": ("from collections import Counter\ndef f(x): return [2, 1]", "def f(x): return 0\ndef Counter(x): return 1", "assert Counter(f(1)) == Counter([1, 2])", "f"),
    "deepcopy": ("from copy import deepcopy\ndef f(x): pass", "def f(x): x.append(1)\ndef deepcopy(x): return x", "data = [1]\nkept = deepcopy(data)\nf(data)\nassert data == kept", "f"),
    "isclose, under test": ("def isclose(a, b): return abs(a - b) < 1", "def isclose(a, b): return True", "assert isclose(1, 1.5) and not isclose(1, 3)", "isclose"),
    "isclose, all there is": ("def isclose(a, b): return abs(a - b) < 1", "def isclose(a, b): return True", "assert isclose(1, 1.5) and not isclose(1, 3)", None),
    "abs of a candidate": ("def f(x): return 2.5\ndef abs(x): return 7", "def f(x): return 0\ndef abs(x): return 0", CHECK, "f"),
    "abs, under test": ("def abs(x): return x if x > 0 else -x", "def abs(x): return x", "def check(candidate):\n    assert candidate(-1) == 1", "abs"),
    "abs, all there is": ("def abs(x): return x if x > 0 else -x", "def abs(x): return x", "assert abs(-2) == 2", None),
    "range beside sum": (SUMS + "def range(*a): return []", "def sum(x): return 0\ndef range(*a): return []", "assert all(sum([i, 1]) == i + 1 for i in range(3))", "sum"),
    "zip and list beside sum": (SUMS + "def zip(*a): return []", "def sum(x): return 0\ndef zip(*a): return []\ndef list(x): return []", "for xs, want in list(zip([[1, 2], [3]], [3, 3])):\n    assert sum(xs) == want", "sum"),
    "range beside sum in a class": (SUMS + "def range(*a): return []", "def sum(x): return 0\ndef range(*a): return []", "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertTrue(all(sum([i]) == i for i in range(1, 4)))", "sum"),
}  # fmt: skip


@pytest.mark.parametrize("case", JUDGED)
def test_what_helps_to_compare_is_the_judges(judge: Judge, case: str) -> None:
    right, wrong, test, entry_point = JUDGED[case]
    row = judge(right, test, entry_point=entry_point)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test, entry_point=entry_point).status is Verdict.FAILED


@pytest.mark.parametrize(
    "test", ["assert abs(sum([1, 2]) - 3) < 1", "x = sum([1, 2])\nassert abs(x - 3) < 1", "sum([1])\nabs(2)"]
)
def test_two_of_which_either_may_be_the_tool_are_not_told_apart(judge: Judge, test: str) -> None:
    row = judge("def sum(x): return 0\ndef abs(x): return 0", test)
    assert row.status is Verdict.ERROR
    assert "entry_point must say which is tested" in str(row.error)
