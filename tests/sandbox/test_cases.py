"""Tests of every form are run: none passes because nobody has called it."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

PLUS, SAME = "def f(x): return x + 1", "def f(x): return x"
LATER, SAME_LATER = f"async {PLUS}", f"async {SAME}"
NEGATIVE = "def f(x):\n    if x < 0: raise ValueError('negative')\n    return x"
SUBJECT = "class S:\n    def __init__(self): self.seen = []\n    def attach(self, one): self.seen.append(one)\n    def notify(self, x):\n        for one in self.seen: one.update(x)"
RUN = {
    "a decorated class": ("def d(c): return c\ndef f(x): return 2", "def d(c): return 1\ndef f(x): return 0", "import unittest\n@d\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(1), 2)", None),
    "a class": (PLUS, SAME, "class TestF:\n    def test(self): assert f(1) == 2", None),
    "a class with a set-up": (PLUS, SAME, "class TestF:\n    def setup_method(self): self.x = 1\n    def test_a(self): assert f(self.x) == 2\n    def test_b(self): assert f(3) == 4", None),
    "a class with a set-up of its own": (PLUS, SAME, "class TestF:\n    @classmethod\n    def setup_class(cls): cls.x = 1\n    def test(self): assert f(self.x) == 2", None),
    "a class with a helper": (PLUS, SAME, "class TestF:\n    @staticmethod\n    def check(x): assert f(x) == x + 1\n    def test(self): self.check(1)", None),
    "a class with a metaclass": (PLUS, SAME, "import abc, unittest\nclass B(abc.ABC):\n    def test(self): assert f(1) == 2\nclass T(B, unittest.TestCase): pass", None),
    "a function as a case": (PLUS, SAME, "import unittest\ndef t(): assert f(1) == 2\nunittest.TextTestRunner().run(unittest.FunctionTestCase(t))", None),
    "a suite that the test runs": (PLUS, SAME, "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(1), 2)\nunittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T))", None),
    "a case without a class": (PLUS, SAME, "import unittest\ncase = unittest.TestCase()\ncase.assertEqual(f(1), 2)", None),
    "an exception's text": (NEGATIVE, SAME, "try: f(-1)\nexcept ValueError as error: assert str(error) == 'negative'", None),
    "an exception alone": (NEGATIVE, SAME, "try: f(-1)\nexcept ValueError: pass\nelse: assert False", None),
    "an exception before what is not reached": (NEGATIVE, SAME, "try:\n    f(-1)\n    assert False\nexcept ValueError: pass", None),
    "raising": (PLUS, SAME, "def unused(x): assert x\nif f(1) != 2: raise AssertionError('no')", None),
    "a way to skip": ("def f(g): return 1", "def f(g): g('no')", "import unittest\nclass T(unittest.TestCase):\n    def test_a(self): self.assertEqual(f(self.skipTest), 1)\n    def test_b(self): self.assertTrue(True)", None),
}  # fmt: skip


@pytest.mark.parametrize("case", RUN)
def test_each_form_of_a_test_is_run(judge: Judge, case: str) -> None:
    right, wrong, test, entry_point = RUN[case]
    row = judge(right, test, entry_point=entry_point)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test, entry_point=entry_point).status in (Verdict.FAILED, Verdict.ERROR)


@pytest.mark.parametrize(
    "test",
    [
        "def test_a(x): assert f(1) == 2",
        "def test_a():\n    assert f(1) == 2\n    yield",
        "if True:\n    def test_a(): assert f(1) == 2",
        "def test_a(): assert f(1) == 2\ndef main(): test_a()",
        "def test_a(): assert f(1) == 2\nTESTS = [test_a]",
    ],
)
def test_what_cannot_be_run_does_not_pass(judge: Judge, test: str) -> None:
    for source in (PLUS, SAME):
        assert judge(source, test).status is Verdict.ERROR


@pytest.mark.parametrize("text", ["raise ValueError", "raise KeyboardInterrupt", "return 5"])
@pytest.mark.parametrize(
    "test", ["assert {1: 2}[f(1)] == 3", "raise AssertionError(f(1))", "if f(1) != 2: raise ValueError(f(1))"]
)
def test_a_text_that_cannot_be_had_is_the_programs_fault(judge: Judge, text: str, test: str) -> None:
    source = f"class E:\n    def __repr__(self): {text}\n    __str__ = __repr__\ndef f(x): return E()"
    row = judge(source, test)
    assert row.status is Verdict.FAILED
    assert "(in the test)" in str(row.error) or "AssertionError" in str(row.error)
