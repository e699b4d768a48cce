"""Objects that a test made are taken at their word, and nothing that the program may slip in for them."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

AGREEING = """
class E:
    def __init__(self, *a): self.v, self.value = 3, 3
    def __sub__(self, other): return 0
    def __abs__(self): return 0
"""
ONE = """
class Vector:
    def __new__(cls, *a): return X or object.__new__(cls)
    def __init__(self, *a): self.x = 2
    def __sub__(self, other): return 0
    def __abs__(self): return 0
    def __lt__(self, other): return True
    def __mul__(self, other): return X
    def __copy__(self): return X
    def __deepcopy__(self, memo): return X
X = None
X = Vector(1, 2)
def norm(a): return X
"""
DIFFERING = """
class S:
    def difference(self, other):
        self.other = other
        return set()
    symmetric_difference = difference
    def intersection(self, other): return other
    def __iter__(self): return iter(self.other)
    def __len__(self): return len(self.other)
def f(x): return S()
"""
SIZED = """
class E:
    def __len__(self): return 3
    def __iter__(self): return iter(())
def f(x): return E()
"""
INDEXED = """
class E:
    def __len__(self): return 3
    def __getitem__(self, i): raise IndexError
def f(x): return E()
"""
FORGED = {
    "fewer items by index than it says it has": (INDEXED, "got = f(1)\nassert len(got) == 3\nassert all(a == b for a, b in zip(got, [71, 72, 73]))"),
    "fewer items backwards than it says it has": (SIZED + "E.__reversed__ = E.__iter__", "got = f(1)\nassert len(got) == 3\nassert all(a == b for a, b in zip(reversed(got), [71, 72, 73]))"),
    "fewer items than it says it has": (SIZED, "got = f(1)\nassert len(got) == 3\nassert all(a == b for a, b in zip(got, [71, 72, 73]))"),
    "fewer items than it says it has afterwards": (SIZED, "got = f(1)\nfor a, b in zip(got, [71, 72, 73]): assert a == b\nassert len(got) == 3"),
    "a class in the place of a function": (AGREEING + "Rectangle = area = E", "c = Rectangle(3)\nassert c.v == 3\nassert abs(area(c) - 12.566) < 1e-3"),
    "a class in the place of a function with a capital": (AGREEING + "Calculator = Add = E", "c = Calculator(3)\nassert c.v == 3\nassert abs(Add(3) - 12.566) < 1e-3"),
    "a class within a class in the place of a function": (AGREEING + "class Tree:\n    Node = E\nmean = E", "t = Tree()\nn = t.Node(3)\nassert n.value == 3\nassert abs(mean([1, 2]) - 1.5) < 1e-6"),
    "an answer made again": (ONE, "a = Vector(1, 2)\nr = norm(a)\nb = Vector(3, 4)\nassert b.x == 2\nassert abs(r - 2.236) < 1e-3"),
    "an answer made again, ordered": (ONE, "a = Vector(1, 2)\nr = norm(a)\nb = Vector(3, 4)\nassert b.x == 2\nassert r < 3"),
    "an answer copied": (ONE, "import copy\na = Vector(1, 2)\nr = norm(a)\nb = copy.copy(a)\nassert b.x == 2\nassert r < 3"),
    "an answer copied deeply": (ONE, "import copy\na = Vector(1, 2)\nr = norm(a)\nb = copy.deepcopy(a)\nassert b.x == 2\nassert r < 3"),
    "an answer of an operator": (ONE, "a = Vector(1, 2)\nr = norm(a)\nb = a * 2\nassert b.x == 2\nassert abs(r - 2.236) < 1e-3"),
    "differences of sets": (DIFFERING, "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertSetEqual(f(1), {71, 72})"),
    "a difference": (DIFFERING, "assert not f(1).difference({71, 72})"),
    "a symmetric difference": (DIFFERING, "assert f(1).symmetric_difference({71, 72}) == set()"),
    "an intersection": (DIFFERING, "assert f(1).intersection({71, 72}) == {71, 72}"),
    "a class as an answer": ("class K: startswith = staticmethod(lambda *a: True)\ndef f(x): return K", "assert f(1).startswith('ab')"),
    "a class of exceptions as an answer": ("class K(Exception): startswith = staticmethod(lambda *a: True)\ndef f(x): return K", "assert f(1).startswith('ab')"),
    "an exception as an answer": ("class K(Exception):\n    def __init__(self): self.startswith = lambda *a: True\ndef f(x): return K()", "assert f(1).startswith('ab')"),
    "a builtin exception as an answer": ("def f(x):\n    error = ValueError()\n    error.startswith = lambda *a: True\n    return error", "assert f(1).startswith('ab')"),
    "a named tuple as an answer": ("from collections import namedtuple\nP = namedtuple('P', 'startswith issubset')\ndef f(x): return P(lambda *a: True, lambda *a: True)", "assert f(1).issubset({1})"),
}  # fmt: skip


@pytest.mark.parametrize("case", FORGED)
def test_nothing_else_is_trusted(judge: Judge, case: str) -> None:
    source, test = FORGED[case]
    row = judge(source, test, classes=("Calculator", "Rectangle", "Tree", "Vector"))
    assert row.status in (Verdict.FAILED, Verdict.ERROR, Verdict.MALFORMED)


VECTOR = """
class Vector:
    def __init__(self, x, y): self.x, self.y = x, y
    def __sub__(self, other): return Vector(self.x - other.x, self.y - other.y)
    def __iadd__(self, other):
        self.x += other
        return self
    def __abs__(self): return (self.x ** 2 + self.y ** 2) ** 0.5
    def __lt__(self, other): return abs(self) < abs(other)
    def __mul__(self, other): return Vector(self.x * other, self.y * other)
    def __eq__(self, other): return self.x == other.x and self.y == other.y
    def __enter__(self): return self
    def __exit__(self, *a): pass
    def __contains__(self, number): return number in (self.x, self.y)
def norm(a): return abs(a)
"""
ROW = """
class Row:
    def __init__(self, xs): self.xs = list(xs)
    def __len__(self): return len(self.xs)
    def __iter__(self): yield from self.xs
    def add(self, x): self.xs.append(x)
def f(x): return Row(x)
"""
CLASSES = ("C", "Interval", "Row", "Vector")
MADE = {
    "items that are added": (ROW, ROW.replace("append(x)", "append(0)"), "got = f([71])\nassert len(got) == 1 and list(got) == [71]\ngot.add(5)\nassert len(got) == 2 and list(got) == [71, 5] and len(got) == 2\nfor x in got: break\nassert len(got) == 2"),
    "operators": (VECTOR, VECTOR.replace("self.x * other", "self.x + other"), "a = Vector(3, 4)\nassert a.x == 3 and norm(a) == 5 and abs(a) == 5 and a < 6\nb = a * 2\nassert abs(b) == 10 and abs(b - a) == 5"),
    "changed in place and entered": (VECTOR, VECTOR.replace("in (self.x,", "not in (self.x,"), "a = Vector(3, 4)\na += 1\nassert a.x == 4 and a < 7 and 4 in a\nwith a as c: assert c is a and a < 7"),
    "copies": (VECTOR, VECTOR.replace("self.x ** 2", "self.x ** 3"), "import copy\na = Vector(3, 4)\nb = copy.copy(a)\nassert a.x == 3 and a == b and norm(b) == 5 and a is not b and copy.deepcopy(a) == a"),
    "made but once": ("class C:\n    one = None\n    def __new__(cls):\n        C.one = C.one or object.__new__(cls)\n        return C.one\n    def __add__(self, other): return other + 1", "class C:\n    def __add__(self, other): return other + 1", "a, b = C(), C()\nassert a is b\na.x = 3\nassert b.x == 3 and a + 4 == 5"),
    "plain variables of these names": ("from collections import namedtuple\nP = namedtuple('P', 'difference total')\nclass Q: difference = 4\ndef f(x): return P(1, 2)\ndef g(): return Q()", "class Q: difference = 4\nf = g = lambda *a: Q()", "assert f(1).difference == 1 and g().difference == 4"),
    "methods of these names": ("class Interval:\n    def __init__(self, a, b): self.a, self.b = a, b\n    def intersection(self, other): return Interval(max(self.a, other.a), min(self.b, other.b))\n    def __eq__(self, other): return (self.a, self.b) == (other.a, other.b)", "class Interval:\n    def __init__(self, a, b): self.a, self.b = a, b\n    def intersection(self, other): return other", "assert Interval(1, 5).intersection(Interval(3, 9)) == Interval(3, 5)\nassert Interval.intersection(Interval(1, 5), Interval(3, 9)).b == 5"),
}  # fmt: skip


@pytest.mark.parametrize("case", MADE)
def test_what_the_test_made_or_names_is_taken_at_its_word(judge: Judge, case: str) -> None:
    right, wrong, test = MADE[case]
    row = judge(right, test, classes=CLASSES)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test, classes=CLASSES).status in (Verdict.FAILED, Verdict.ERROR)
