"""A program's own builtins and helpers judge nothing, unless they are what the test is about."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import ast

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.shadowing import under_test

CHECK = "def check(candidate):\n    assert abs(candidate(1) - 2.5) < 1e-6"
SUMS = "def sum(xs):\n    total = 0\n    for x in xs: total += x\n    return total\n"
ENDS = "def max(xs): return sorted(xs)[-1]\ndef min(xs): return sorted(xs)[0]"
JUDGED = {
    "isclose": ("def f(x): return 2.5\ndef isclose(*a): return False", "def f(x): return 0\ndef isclose(*a): return True", "assert isclose(f(1), 2.5)", "f"),
    "Counter": ("from collections import Counter\ndef f(x): return [2, 1]", "def f(x): return 0\ndef Counter(x): return 1", "assert Counter(f(1)) == Counter([1, 2])", "f"),
    "deepcopy": ("from copy import deepcopy\ndef f(x): pass", "def f(x): x.append(1)\ndef deepcopy(x): return x", "data = [1]\nkept = deepcopy(data)\nf(data)\nassert data == kept", "f"),
    "isclose, under test": ("def isclose(a, b): return abs(a - b) < 1", "def isclose(a, b): return True", "assert isclose(1, 1.5) and not isclose(1, 3)", "isclose"),
    "isclose, all there is": ("def isclose(a, b): return abs(a - b) < 1", "def isclose(a, b): return True", "assert isclose(1, 1.5) and not isclose(1, 3)", None),
    "abs of a candidate": ("def f(x): return 2.5\ndef abs(x): return 7", "def f(x): return 0\ndef abs(x): return 0", CHECK, "f"),
    "abs, under test": ("def abs(x): return x if x > 0 else -x", "def abs(x): return x", "def check(candidate):\n    assert candidate(-1) == 1", "abs"),
    "abs, all there is": ("def abs(x): return x if x > 0 else -x", "def abs(x): return x", "assert abs(-2) == 2", None),
    "range beside sum": (SUMS + "def range(*a): return []", "def sum(x): return 0\ndef range(*a): return []", "assert all(sum([i, 1]) == i + 1 for i in range(3))", None),
    "zip and list beside sum": (SUMS + "def zip(*a): return []", "def sum(x): return 0\ndef zip(*a): return []\ndef list(x): return []", "for xs, want in list(zip([[1, 2], [3]], [3, 3])):\n    assert sum(xs) == want", None),
    "range beside sum in a class": (SUMS + "def range(*a): return []", "def sum(x): return 0\ndef range(*a): return []", "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertTrue(all(sum([i]) == i for i in range(1, 4)))", None),
    "two under test": (ENDS, ENDS.replace("[0]", "[-1]"), "assert max([1, 2]) == 2\nassert min([1, 2]) == 1", None),
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


@pytest.mark.parametrize(
    ("test", "names", "meant"),
    [
        ("assert sum([1]) == 1", {"sum", "abs"}, {"sum"}),
        ("assert sorted(abs(x) for x in range(3)) == [0]", {"abs"}, {"abs"}),
        ("self.assertEqual(max([1]), 1)\nself.assertEqual(min([1]), 1)", {"max", "min"}, {"max", "min"}),
        ("assert all([1])\nassert not any([0])", {"all", "any"}, {"all", "any"}),
        ("print('sum')", {"sum", "len"}, set()),
        ("assert max([len([1]), 2]) == 2", {"max", "len"}, None),
        ("n = len([1])\nassert max([n, 2]) == 2", {"max", "len"}, None),
    ],
)
def test_those_are_meant_whose_results_are_compared(
    test: str, names: set[str], meant: set[str] | None
) -> None:
    if meant is None:
        with pytest.raises(NotATest, match="entry_point"):
            under_test([ast.parse(test)], names)
    else:
        assert under_test([ast.parse(test)], names) == meant
