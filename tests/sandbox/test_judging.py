"""Tests of every shape get the verdict that Python's own rules give."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import StdioTest, Verdict

HOLDS = {
    "equality": ("def f(x): return x + 1", "assert f(1) == 2"),
    "the other way round": ("def f(x): return x + 1", "assert 2 == f(1)"),
    "negation": ("def f(x): return []", "assert not f(1)"),
    "truth": ("def f(x): return [1]", "assert f(1)"),
    "set of the answer": ("def f(x): return [1, 2, 2]", "assert set(f(1)) == {1, 2}"),
    "membership": ("def f(x): return 2", "assert f(1) in (2, 3)"),
    "chain": ("def f(x): return 2", "assert 1 < f(1) < 3"),
    "isclose": ("def f(x): return 2.5000000001", "from math import isclose\nassert isclose(f(1), 2.5)"),
    "isclose left to the program": (
        "from math import isclose\ndef f(x): return 2.5000000001",
        "assert isclose(f(1), 2.5)",
    ),
    "module left to the program": ("import math\ndef f(x): return 2.0", "assert math.floor(f(1)) == 2"),
    "int and float are equal": ("def f(x): return 1.0", "assert f(1) == 1"),
    "module's name under test": ("def copy(x): return [x]", "assert copy(1) == [1]"),
    "builtins handed over": (
        "def f(g, *a): return g(*a)",
        "import operator\nassert f(abs, -2) == 2 and f(operator.add, 1, 2) == 3 and f(max, [1, 4]) == 4",
    ),
    "builtin classes handed over": (
        "def f(kind, x):\n    try: return kind(x)\n    except ValueError: return kind is int",
        "assert f(int, '7') == 7 and f(int, 'a') is True and f(list, 'ab') == ['a', 'b']",
    ),
    "not a number": ("def f(x): return float('nan')", "r = f(1)\nassert r != r"),
    "int keys": ("def f(x): return {1: 'a'}", "assert f(1) == {1: 'a'} != {'1': 'a'}"),
    "values of the standard library": (
        "import collections, datetime, decimal, fractions, re\nD = datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.UTC)\n"
        "def f(x): return [1 + 2j, b'a\\0', decimal.Decimal('1.10'), fractions.Fraction(2, 4), D, collections.Counter(x), collections.deque(x)]",
        "import collections, datetime, decimal, fractions\nD = datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.timezone.utc)\n"
        "assert f('aab') == [1 + 2j, b'a\\0', decimal.Decimal('1.1'), fractions.Fraction(1, 2), D, {'a': 2, 'b': 1}, collections.deque('aab')]",
    ),
    "named tuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'x y')\ndef f(x): return P(1, 2)",
        "r = f(1)\nassert r == (1, 2) and r.y == 2 and r == P(1, 2)",
    ),
    "dataclass": (
        "from dataclasses import dataclass\n@dataclass\nclass P:\n    x: int\ndef f(x): return P(x)",
        "assert f(1) == P(1)\nassert f(1) != P(2)\nassert f(3).x == 3",
    ),
    "enum": (
        "from enum import Enum\nclass C(Enum):\n    RED = 1\n    BLUE = 2\ndef f(x): return C.RED",
        "assert f(1) == C.RED\nassert f(1) != C.BLUE\nassert f(1).name == 'RED'\nassert f(1) in (C.RED,)",
    ),
    "int enum": (
        "from enum import IntEnum\nclass C(IntEnum):\n    RED = 1\ndef f(x): return C.RED",
        "assert f(1) == 1 == C.RED",
    ),
    "generator": (
        "def f():\n    n = 0\n    while True:\n        yield n\n        n += 1",
        "from itertools import islice\ng = f()\nassert list(islice(g, 3)) == [0, 1, 2]\nassert next(g) == 3",
    ),
    "iterators of builtins": (
        "def f(): return zip([1], [2]), map(str, [1]), reversed([1, 2]), enumerate('a'), filter(None, [0, 1])",
        "assert [list(i) for i in f()] == [[(1, 2)], ['1'], [2, 1], [(0, 'a')], [1]]",
    ),
    "views": (
        "def f(d): return d.keys(), d.values(), d.items()",
        "k, v, i = f({1: 2})\nassert k == {1} and list(v) == [2] and list(i) == [(1, 2)]",
    ),
    "special methods": (
        "class A:\n    K = 3\n    def __repr__(self): return 'A!'\n    def __iter__(self): return iter([1, 2])\n    def __getitem__(self, i): return i * 2\n    def __enter__(self): return self\n    def __exit__(self, *a): return False\n    @classmethod\n    def make(cls): return cls()\n    @property\n    def p(self): return 7",
        "a = A.make()\nassert A.K == 3 and isinstance(a, A) and repr(a) == f'{a}' == 'A!' and list(a) == [1, 2] and a[4] == 8 and 1 in a and a.p == 7\nwith a as b:\n    assert b == a",
    ),
    "closure": ("def f(n): return lambda y: n + y", "add = f(2)\nassert add(3) == 5 and add(4) == 6"),
    "function of the test": (
        "def f(g, xs): return [g(x) for x in xs]",
        "assert f(lambda x: x * 2, [1, 2]) == [2, 4]",
    ),
    "changed in place": ("def f(xs): xs.sort()", "xs = [3, 1, 2]\nf(xs)\nassert xs == [1, 2, 3]"),
    "changed deep inside": (
        "def f(xs): xs[0].append(9)",
        "xs = [[1], [2]]\ninner = xs[0]\nf(xs)\nassert xs == [[1, 9], [2]] and inner == [1, 9]",
    ),
    "the argument itself": ("def f(xs): return xs", "xs = [1]\nassert f(xs) is xs"),
    "exception": (
        "def f(x): raise ValueError('too small')",
        "try:\n    f(1)\n    assert False\nexcept ValueError as error:\n    assert 'small' in str(error)",
    ),
    "exception of the program": (
        "class Broke(Exception):\n    def __init__(self, by):\n        super().__init__(by)\n        self.by = by\n"
        "def f(x): raise Broke(3)",
        "try:\n    f(1)\nexcept Broke as error:\n    assert error.by == 3\nelse:\n    assert False",
    ),
    "class": (
        "class Stack:\n    def __init__(self): self.items = []\n    def push(self, x): self.items.append(x)\n"
        "    def pop(self): return self.items.pop()\n    def __len__(self): return len(self.items)",
        "s = Stack()\ns.push(1)\ns.push(2)\nassert len(s) == 2 and s.pop() == 2 and s.items == [1]\n"
        "assert isinstance(s, Stack)",
    ),
    "class with equality and operators": (
        "class V:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return self.x == o.x\n"
        "    def __add__(self, o): return V(self.x + o.x)\n    def __mul__(self, n): return V(self.x * n)",
        "assert V(1) + V(2) == V(3)\nassert V(2) * 3 == V(6)\nassert V(1) != V(2)",
    ),
    "linked nodes": (
        "class Node:\n    def __init__(self, v): self.v, self.next = v, None\n"
        "def f(head):\n    return head.v + (f(head.next) if head.next else 0)",
        "a = Node(1)\na.next = Node(2)\nassert f(a) == 3",
    ),
    "several calls": (
        "n = 0\ndef f():\n    global n\n    n += 1\n    return n",
        "assert f() == 1\nassert f() == 2",
    ),
    "variable of the program": (
        "n = 0\ndef f():\n    global n\n    n += 1",
        "f()\nf()\nassert n == 2",
    ),
    "HumanEval's check": (
        "def f(x): return x + 1",
        "METADATA = {}\n\ndef check(candidate):\n    assert candidate(1) == 2\n    assert candidate(2) == 3\n\ncheck(f)",
    ),
    "unittest class": (
        "def f(x):\n    if x < 0:\n        raise ValueError\n    return x + 1",
        "import unittest\n\nclass T(unittest.TestCase):\n    def test_answer(self):\n        self.assertEqual(f(1), 2)\n"
        "    def test_error(self):\n        with self.assertRaises(ValueError):\n            f(-1)\n\n"
        "if __name__ == '__main__':\n    unittest.main()",
    ),
    "named like a builtin": ("def sum(a, b): return a * b", "assert sum(2, 3) == 6"),
    "check that is left to be called": (
        "def f(x): return x + 1",
        "def check(candidate):\n    assert candidate(1) == 2",
    ),
    "test functions that are left to be called": (
        "def f(x): return x + 1",
        "def test_one():\n    assert f(1) == 2\ndef test_two():\n    assert f(2) == 3",
    ),
    "patterns": (
        "import re\ndef f(p, s): return p.match(s).group(1), re.compile('x', re.I)",
        "import re\nassert f(re.compile('(.)b'), 'ab') == ('a', re.compile('x', re.I))",
    ),
    "a value of a class that does not cross": (
        "import pathlib\ndef f(x): return pathlib.Path('a') / x",
        "p = f('b')\nassert str(p) == 'a/b' and p.name == 'b' and p != f('c')",
    ),
    "defaults and bounds of containers": (
        "from collections import defaultdict, deque\ndef f(): return defaultdict(list), deque([1, 2], maxlen=2)",
        "d, q = f()\nd['a'].append(1)\nq.append(3)\nassert d == {'a': [1]} and list(q) == [2, 3]",
    ),
    "datetime by its own name": (
        "from datetime import datetime\ndef f(s): return datetime.fromisoformat(s)",
        "assert f('2020-01-02') == datetime.strptime('2020-01-02', '%Y-%m-%d')",
    ),
    "regular expression of the test": (
        "def f(x): return 'abc'",
        "import re\nassert re.match('a.c', f(1))",
    ),
    "an attribute of a class with a name that could be the judge's": (
        "class A:\n    above = 5",
        "assert A.above == A().above == 5",
    ),
}


@pytest.mark.parametrize("case", HOLDS)
def test_a_right_answer_passes_in_every_shape_of_test(judge: Judge, case: str) -> None:
    source, test = HOLDS[case]
    row = judge(source, test, entry_point="f" if "def f" in source else None, classes=("V",))
    assert (row.status, row.error) == (Verdict.PASSED, None)


FAILS = {
    "check that is left to be called": (
        "def f(x): return x",
        "def check(candidate):\n    assert candidate(1) == 2",
        "AssertionError: got 1, expected 2",
    ),
    "second of the test functions that are left to be called": (
        "def f(x): return 2",
        "def test_one():\n    assert f(1) == 2\ndef test_two():\n    assert f(2) == 3",
        "AssertionError: got 2, expected 3 (line 4 of the test)",
    ),
    "wrong value": ("def f(x): return 4", "assert f(1) == 5", "AssertionError: got 4, expected 5"),
    "wrong value, turned": ("def f(x): return 4", "assert 5 == f(1)", "AssertionError: got 4, expected 5"),
    "nothing returned": (
        "def f(x):\n    y = x\n    pass",
        "assert f(1) == 2",
        "AssertionError: got None, expected 2",
    ),
    "list is no tuple": (
        "def f(x): return [1]",
        "assert f(1) == (1,)",
        "AssertionError: got [1], expected (1,)",
    ),
    "str is no int": ("def f(x): return '1'", "assert f(1) == 1", "AssertionError: got '1', expected 1"),
    "message of the test": (
        "def f(x): return 1",
        "assert f(1) == 2, 'two'",
        "AssertionError: two (got 1, expected 2)",
    ),
    "one of several checks": (
        "def f(x): return x",
        "a = f(1)\nassert a == 1\nassert f(2) == 3",
        "AssertionError: got 2, expected 3 (line 3 of the test)",
    ),
    "falsehood": ("def f(x): return 0", "assert f(1)", "AssertionError: f(1) is 0"),
    "no exception": (
        "def f(x): return 1",
        "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n"
        "        with self.assertRaises(ValueError):\n            f(1)",
        "AssertionError: ValueError not raised",
    ),
    "wrong type for the expression": (
        "def f(x): return None",
        "assert abs(f(1) - 2.5) < 1e-6",
        "TypeError: unsupported operand type(s) for -: 'NoneType' and 'float' (in the test)",
    ),
    "not equal without an equality of its own": (
        "class P:\n    def __init__(self, x): self.x = x",
        "assert P(1) == P(1)",
        "AssertionError: got <P object>, expected <P object>",
    ),
}


@pytest.mark.parametrize("case", FAILS)
def test_a_wrong_answer_fails_and_says_why(judge: Judge, case: str) -> None:
    source, test, error = FAILS[case]
    row = judge(source, test, entry_point="f")
    assert (row.status, row.error) == (Verdict.FAILED, error)


ERRORS = {
    "raises": (
        "def f(x):\n    return x / 0",
        "assert f(1) == 2",
        "ZeroDivisionError: division by zero (line 2)",
    ),
    "raises while loading": (
        "import math\nmath.sqrt(-1)",
        "assert f(1) == 2",
        "ValueError: math domain error (line 2)",
    ),
    "unknown name": ("def g(x): return 2", "assert f(1) == 2", "NameError: the program does not define 'f'"),
    "own assertion": (
        "def f(x):\n    assert x > 1, 'small'",
        "assert f(1)",
        "AssertionError: small (line 2)",
    ),
    "test does not parse": ("def f(x): return 2", "assert f(1 ==", None),
    "check for nobody": (
        "def f(x): return 2",
        "def check(candidate):\n    assert candidate(1) == 2",
        "the test does not call its check(), and no entry_point is given",
    ),
    "test class without tests": (
        "def f(x): return 2",
        "import unittest\nclass T(unittest.TestCase):\n    pass",
        "the test's classes hold no test",
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_a_program_or_test_that_breaks_is_an_error_with_its_line(judge: Judge, case: str) -> None:
    source, test, error = ERRORS[case]
    row = judge(source, test)
    assert row.status is Verdict.ERROR
    assert row.error is not None
    assert error is None or row.error == error


TEXTS = {
    "empty": ("", Verdict.ERROR),
    "NUL byte": ("def f(x):\0 return 2", Verdict.ERROR),
    "byte order mark": ("\ufeffdef f(x): return 2", Verdict.PASSED),
    "carriage returns": ("def f(x):\r\n    return 2\r\n", Verdict.PASSED),
    "lone surrogate": ("x = '\ud800'\ndef f(x): return 2", Verdict.ERROR),
    "line of a megabyte": (f"x = '{'a' * 1_000_000}'\ndef f(x): return 2", Verdict.PASSED),
    "hundred thousand brackets": ("(" * 100_000, Verdict.ERROR),
    "syntax error": ("def f(x) return", Verdict.ERROR),
}


@pytest.mark.parametrize("case", TEXTS)
def test_source_text_of_any_kind_gets_a_verdict(judge: Judge, case: str) -> None:
    source, verdict = TEXTS[case]
    assert judge(source, "assert f(1) == 2", trace=True).status is verdict


WHOLE_PROGRAMS = {
    "sum": ("print(sum(map(int, input().split())))", "1 2\n", "3", Verdict.PASSED),
    "spacing does not matter": ("print(1, 2)\nprint()\nprint(3)", "", "1\n2 3\n", Verdict.PASSED),
    "main guard": ("if __name__ == '__main__':\n    print(input())", "a", "a", Verdict.PASSED),
    "exit with zero": ("import sys\nprint(3)\nsys.exit(0)", "", "3", Verdict.PASSED),
    "hard exit with zero": ("import os\nprint(3, flush=True)\nos._exit(0)", "", "3", Verdict.PASSED),
    "exit with one": ("import sys\nprint(3)\nsys.exit(1)", "", "3", Verdict.CRASHED),
    "thread": (
        "import threading\nthreading.Thread(target=print, args=(3,)).start()",
        "",
        "3",
        Verdict.PASSED,
    ),
    "threads that go on after the last line": (
        "import threading, time\ndef late():\n    time.sleep(0.1)\n    print('late')\nthreading.Thread(target=late).start()\nprint('early')",
        "",
        "early late",
        Verdict.PASSED,
    ),
    "what is left for the exit": (
        "import atexit, sys\natexit.register(print, 'bye')\nprint('hi')\nsys.exit()",
        "",
        "hi bye",
        Verdict.PASSED,
    ),
    "large input": ("import sys\nprint(len(sys.stdin.read()))", "x" * 1_000_000, "1000000", Verdict.PASSED),
    "wrong word": ("print(3, 5)", "", "3 4", Verdict.FAILED),
    "too few words": ("print(3)", "", "3 4", Verdict.FAILED),
    "input ends early": ("input()\ninput()", "1\n", "", Verdict.ERROR),
}


@pytest.mark.parametrize("case", WHOLE_PROGRAMS)
def test_whole_programs_are_compared_word_by_word(judge: Judge, case: str) -> None:
    source, stdin, stdout, verdict = WHOLE_PROGRAMS[case]
    assert judge(source, StdioTest(stdin, stdout)).status is verdict


def test_each_test_starts_from_fresh_module_state(judge: Judge, sandbox: object) -> None:
    source = "seen = []\ndef f(x):\n    seen.append(x)\n    return len(seen)"
    for _ in range(3):
        assert judge(source, "assert f(1) == 1").status is Verdict.PASSED


def test_random_numbers_are_the_same_in_every_run_and_differ_within_one(judge: Judge) -> None:
    source = "import random\ndef f(): return random.random()"
    told = {judge(source, "assert f() == 2").error for _ in range(3)}
    assert len(told) == 1
    assert judge(source, "assert f() == f()").status is Verdict.FAILED


def test_output_of_the_program_is_kept(judge: Judge) -> None:
    row = judge("def f(x):\n    print('here', x)\n    return 2", "assert f(1) == 2")
    assert row.output == "here 1\n"


def test_the_entry_point_may_have_a_builtins_name_beside_other_names(judge: Judge) -> None:
    source = "def helper(): return 1\ndef max(a, b): return 'mine'"
    test = "assert max(1, 2) == 'mine' and helper() == 1"
    assert judge(source, test, entry_point="max").status is Verdict.PASSED
    assert judge(source, test, entry_point="helper").status is Verdict.FAILED


@pytest.mark.parametrize(
    ("program", "test", "sides"),
    [
        ("def f(x): return x + 1", "assert f(1) == 2", ("2", "2")),
        ("def f(x): return x", "assert 2 == f(1)", ("1", "2")),
        ("def f(x): return [x]", "assert f(1) != [1], 'no list'", ("[1]", "!= [1]")),
        ("def f(x): return x", "assert f(1)", (None, None)),
        ("def f(x): return x", "assert f(1) == 1\nassert f(2) == 2", (None, None)),
        ("def f(x): return x", "assert f(1) == 1\nassert f(2) == 3", ("2", "3")),
        ("def f(x): return x", "assert f(1) == 1\nraise AssertionError('no')", (None, None)),
        ("def f(x): return 1 / (2 - x)", "assert f(1) == 1\nassert f(2) == 3", (None, None)),
    ],
)
def test_both_sides_of_the_comparison_that_decided_are_told(
    judge: Judge, program: str, test: str, sides: tuple[str | None, str | None]
) -> None:
    row = judge(program, test)
    assert (row.got, row.expected) == sides
