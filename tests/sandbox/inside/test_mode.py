"""Which mode a test's text needs, and why in words."""

from __future__ import annotations

import pytest

from egcfg_sandbox import CheckerTest, CodeTest, SnippetTest, StdioTest, SuiteTest, why_inside

GUARDED = """
assert f(1) == 2
assert f([1, {'a': (2, 3)}]) == "x".format(1)
import math; assert math.isclose(f(1), 2)
from collections import Counter; assert f('ab') == Counter('ab')
import sys; assert f(1) < sys.maxsize
import os; assert f(1) == 2
def check(candidate): assert candidate(1) == 2
def test_f(): assert f(1) == 2
xs = [1]; f(xs); xs.append(2); assert xs == [1, 2]
with pytest.raises(ValueError): f(1)
class E(ValueError): pass
assert isinstance(f(1), int) and f.__name__ == 'f'
import random; xs = [random.random() for _ in range(3)]; assert f(xs) == sorted(xs)
import unittest; assert unittest.TestCase
node = Node(1); node.next = Node(2); assert node.next.value == 2
import copy; assert copy.deepcopy(f(1)) == 2
assert f(lambda x: x + 1) == 2
x = (
""".strip().split("\n")

INSIDE = {
    "import sqlite3; assert f(sqlite3)": "uses the module `sqlite3`",
    "from tempfile import mkdtemp; assert f(mkdtemp())": "uses the module `tempfile`",
    "from unittest.mock import patch\nwith patch('os.getcwd'): f(1)": "replaces parts of the program",
    "import unittest.mock\nunittest.mock.Mock()": "replaces parts of the program (`unittest.mock`)",
    "import unittest\nclass T(unittest.IsolatedAsyncioTestCase): pass": "runs coroutines",
    "from contextlib import redirect_stdout\nwith redirect_stdout(x): f(1)": "replaces a stream",
    "import random; random.seed(1); assert f(1)": "seeds the random numbers",
    "import sys; sys.stdout = x": "uses `sys.stdout`",
    "import math; math.pi = 3": "changes `math.pi`",
    "async def test_f(): assert await f(1)": "runs coroutines",
    "def test_f(tmp_path): assert f(tmp_path)": "takes `tmp_path` from a fixture",
    "class Sub(Base): pass": "extends a class of the program (`Sub`)",
    "class Fake: pass\nassert f(Fake())": "hands objects of its own class `Fake`",
    "assert f(open('x'))": "uses files (`open`)",
    "assert eval(f(1))": "executes text (`eval`)",
    "import builtins; assert builtins.eval(f(1))": "uses the module `builtins`",
    "assert f.__globals__": "looks at objects by reflection (`__globals__`)",
    "assert f('{}').format(1)": "formats by a text that is not written in it",
    "box.items.append(1); assert box.total == 1": "changes `box.items` in place",
    "assert np.allclose(f([1]), [2])": "do not cross to the judge as plain values (`np`)",
    "import numpy as np\nassert np.isclose(f(1), 2)": "do not cross to the judge as plain values (`numpy`)",
    "assert (f([1]) == [2]).all()": "compares arrays",
    "assert type(Item) is Registry": "looks at the class of the class `Item`",
    "box().append(1)": "changes `box()` in place",
    "try:\n    assert f(1)\nexcept AssertionError: pass": "catches the failure of a check",
    "with swallow(): raise ValueError": "raises an exception inside a `with` of the program",
    "events = []\nwith opened(events): f(1)": "shares `events` with a `with` of the program",
    "@shout\ndef word(x): return x\nassert f(word)": "has the program decorate `word`",
    "r = Registry()\n@r.named('x')\ndef word(x): return x": "has the program decorate `word`",
    "class T(TestCase):\n    def test_a(self):\n        with self.assertLogs(): f(1)": "`self.assertLogs`",
}


@pytest.mark.parametrize("code", GUARDED)
def test_a_test_of_values_is_guarded(code: str) -> None:
    assert why_inside(CodeTest(code)) is None
    assert why_inside(CodeTest("assert f(0) == 0", code)) is None


@pytest.mark.parametrize("code", INSIDE)
def test_a_test_that_needs_more_runs_inside_and_says_why(code: str) -> None:
    for test in (CodeTest(code), CodeTest("assert f(0) == 0", code)):
        assert INSIDE[code] in (why_inside(test) or "")


def test_the_kind_of_a_test_tells_as_well() -> None:
    assert why_inside(StdioTest("open", "eval")) is None
    assert why_inside(SnippetTest("assert x == 1", "import sqlite3\n")) is None
    assert "plain values (`numpy`)" in (why_inside(SnippetTest("assert x == 1", "import numpy\n")) or "")
    assert why_inside(CheckerTest("test_execution(solution)", "")) == "executes the program's text by itself"
    assert why_inside(SuiteTest("test_a", "test_f.py", "f", (), "", "is prepared by x")) == "is prepared by x"


def test_the_stand_in_for_pytest_is_no_reason() -> None:
    setup = (
        "import contextlib\nclass pytest:\n    class raises(contextlib.AbstractContextManager):\n        pass"
    )
    assert why_inside(CodeTest("with pytest.raises(ValueError): f(1)", setup)) is None
