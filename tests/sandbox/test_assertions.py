"""A failed check is final, whatever catches its exception, and a test that evaluates none has not been run."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

KEPT = "class Kept:\n    def __enter__(self): return self\n    def __exit__(self, *a): return True"
CASE = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
FINAL = {
    "caught with any other": "try: assert f(1) == 2\nexcept Exception: pass",
    "caught with everything": "try: assert f(1) == 2\nexcept: pass",
    "suppressed": "import contextlib\nwith contextlib.suppress(AssertionError): assert f(1) == 2",
    "left by a return": "def holds():\n    try: assert f(1) == 2\n    finally: return 1\nassert holds() == 1",
    "raised by hand": "try:\n    if f(1) != 2: raise AssertionError('no')\nexcept Exception: pass",
    "raised by its class alone": "try:\n    if f(1) != 2: raise AssertionError\nexcept Exception: pass",
    "of unittest, caught": CASE + "        try: self.assertEqual(f(1), 2)\n        except Exception: pass",
    "of unittest, by hand": CASE + "        try: self.fail()\n        except Exception: pass",
    "of unittest, nothing raised": CASE
    + "        try:\n            with self.assertRaises(ValueError): f(1)\n        except Exception: pass",
    "in a function that the program calls": "def look(x): assert x == 2\ncall(look)",
    "before an exception of the program": "try: assert f(1) == 2\nexcept Exception: pass\ncall(f, 1)",
}


@pytest.mark.parametrize("case", FINAL)
def test_a_failed_check_decides_whatever_catches_it(judge: Judge, case: str) -> None:
    source = "def f(x):\n    return x\ndef call(g, *more):\n    try: g(f(1))\n    except Exception: pass\n    if more: raise KeyError"
    row = judge(source, FINAL[case])
    assert row.status is Verdict.FAILED
    assert "AssertionError" in str(row.error)


EVALUATED = {
    "an assert": ("assert f(1) == 1", True),
    "an assert in a loop without a pass": ("for x in nothing(): assert x == 1", False),
    "an assert in a function that nobody calls": ("def holds(): assert f(1) == 1", False),
    "an assert behind the program's with": ("with Kept(): f(0)\nassert f(1) == 1", False),
    "an exception that is expected": ("try: f(0)\nexcept ZeroDivisionError: pass\nelse: assert 0 == 1", True),
    "unittest": (CASE + "        self.assertEqual(f(1), 1)", True),
    "unittest in a loop without a pass": (CASE + "        for x in nothing(): self.assertEqual(x, 1)", False),
    "a raise that is not reached": ("if f(1) != 1: raise AssertionError", True),
    "no check at all": ("f(1)", True),
}


@pytest.mark.parametrize("case", EVALUATED)
def test_a_test_passes_if_one_of_its_checks_was_evaluated(judge: Judge, case: str) -> None:
    test, passes = EVALUATED[case]
    row = judge(f"{KEPT}\ndef f(x): return 1 // x\ndef nothing(): return []", test)
    assert row.passed is passes, row


def test_what_was_compared_is_told(judge: Judge) -> None:
    row = judge("def f(x): return [x]", "for x in (1, 2): assert f(x) == [1], 'first'")
    assert row.error == "AssertionError: first (got [2], expected [1])"
    assert judge("def f(x): return x", "assert 3 > f(5)").error == "AssertionError: got 5, expected > 3"
