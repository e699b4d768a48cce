"""What suites of exercises do with objects: each case is right, and its counterpart is told from it."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import CodeTest, Program, Sandbox, Verdict

SET = """
class Bag:
    def __init__(self, items): self.items = list(items)
    def __eq__(self, other): return sorted(self.items) == sorted(other.items)
"""
LINKED = """
class Node:
    def __init__(self, value, *following): self.value, self.following = value, list(following)
class Chain:
    def __init__(self, head): self.head = head
    def __eq__(self, other): return type(self) is type(other)
def chain(xs):
    head = None
    for x in reversed(xs): head = Node(x, head)
    return Chain(head)
def ring(xs):
    made = chain(xs)
    made.head.following.append(made.head)
    return made
"""
RATIO = """
class Ratio:
    def __init__(self, n, d): self.n, self.d = n, d
    def __rpow__(self, base): return base ** (self.n / self.d)
    def __add__(self, other): return self.n / self.d + other
def half(): return Ratio(1, 2)
"""
LEVELS = """
from enum import Enum
class Level(Enum):
    LOW = 1
    HIGH = 2
def level(n): return Level(n)
"""
TREE = """
class Tree:
    def __init__(self, label): self.label = label
    def __dict__(self): return {self.label: []}
    def __eq__(self, other): return self.__dict__() == other.__dict__()
"""
SHAPES = """
class Shelf:
    def __init__(self, *items): self.items = list(items)
    def __iter__(self): yield from self.items
    def __reversed__(self): return iter(self.items[::-1])
    def __contains__(self, item): return item in self.items
    def __iadd__(self, other):
        self.items += other.items
        return self
    def __round__(self, digits=0): return round(sum(self.items), digits)
    def __divmod__(self, n): return divmod(len(self.items), n)
    def __lt__(self, n): return len(self.items) < (len(n.items) if isinstance(n, Shelf) else n)
    def __eq__(self, other): return self.items == other.items
    def __hash__(self): return hash(tuple(self.items))
    def size(self): return len(self.items)
    def put(self, item): self.items[0] += item
class Half:
    def __init__(self, n, d): self.n, self.d = n, d
    def __eq__(self, other): return self.n * other.d == other.n * self.d
"""
BROKEN = (
    SHAPES.replace("yield from", "yield")
    .replace("[::-1]", "")
    .replace("item in", "item not in")
    .replace("+= other", "= other")
    .replace("round(sum", "round(len")
    .replace("divmod(len(self.items), n)", "(n, n)")
    .replace("< (len", "> (len")
    .replace("hash(tuple(self.items))", "id(self)")
    .replace("self.d = n, d", "self.d = n, d * d")
)
CLASSES = ("Half", "Ratio", "Shelf", "V")
VALUES = """
from collections import namedtuple
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple
class Level(IntEnum):
    LOW = 1
    HIGH = 2
    def label(self): return self.name.title()
class Point(NamedTuple):
    x: int
    y: int = 3
    def size(self): return self.x * self.y
class Name(str):
    def shout(self): return self.upper() + "!"
@dataclass
class Item:
    name: str
    tags: list
def level(n): return Level(n)
def moved(p): return Point(p.x + 1, p.y) if isinstance(p, Point) else p
def oldest(ps): return max(ps, key=lambda p: p.age)
def named(): return Name("ab")
def item(): return Item("a", [1])
"""


@pytest.mark.parametrize(
    ("source", "test", "wrong"),
    [
        (
            VALUES,
            "assert level(2) is Level.HIGH == 2 and level(2).label() == 'High' and isinstance(level(1), Level)",
            "assert level(2).label() == 'Low' or isinstance(2, Level) or level(1) == 2",
        ),
        (
            VALUES,
            "p = moved(moved(Point(1)))\nassert p == (3, 3) and p.size() == 9 and isinstance(p, Point) and moved(p._replace(y=1)) == (4, 1)",
            "p = moved(Point(1))\nassert p == (3, 3) or p.size() == 9 or moved(p._replace(y=1)) == (3, 3)",
        ),
        (
            VALUES,
            "from collections import namedtuple\nP = namedtuple('P', 'name age')\nassert oldest([P('a', 1), P('b', 2)]) == ('b', 2)",
            "from collections import namedtuple\nP = namedtuple('P', 'name age')\nassert oldest([P('a', 1), P('b', 2)]) == ('a', 1)",
        ),
        (
            VALUES,
            "n = named()\nassert n == 'ab' and n.shout() == 'AB!' and isinstance(n, Name) and not isinstance('ab', Name)",
            "assert named().shout() == 'AB' or isinstance('ab', Name)",
        ),
        (
            "from collections import defaultdict\ndef f(): return defaultdict(lambda: [7])",
            "d = f()\nd[1].append(8)\nassert d == {1: [7, 8]}",
            "assert f()[1] == [8] or f() == {1: [7]}",
        ),
        (SET, "assert Bag([1, 2]) == Bag([2, 1])", "assert Bag([1, 2]) == Bag([2, 2])"),
        (
            LINKED,
            "assert chain([1, 2]) == chain([1, 2]) and ring([1, 2]) == ring([1, 2])",
            "assert chain([1, 2]) == chain([1, 3]) or ring([1, 2]) == ring([1, 3])",
        ),
        (
            "class P:\n    def __init__(self, x): self.x = x\n    def __eq__(self, o): return abs(self.x - o.x) < 1e-9\n    def __sub__(self, o): return P(self.x - o.x)",
            "assert P(0.3) - P(0.1) == P(0.2)",
            "assert P(0.3) - P(0.1) == P(0.3)",
        ),
        (
            RATIO,
            "assert 16 ** Ratio(1, 2) == 4.0 and Ratio(1, 2).d == 2",
            "assert 16 ** Ratio(1, 2) == 5.0 and Ratio(1, 2).d == 2",
        ),
        (LEVELS, "assert level(2) is Level.HIGH", "assert level(1) is Level.HIGH"),
        (TREE, "assert Tree('x') == Tree('x')", "assert Tree('x') == Tree('y')"),
        (
            "def numbers(n):\n    yield n\n    return n + 1",
            "g = numbers(1)\nnext(g)\ntry: next(g)\nexcept StopIteration as end: assert end.value == 2",
            "g = numbers(1)\nnext(g)\ntry: next(g)\nexcept StopIteration as end: assert end.value == 1",
        ),
        (
            "def numbers(n):\n    yield from range(n)\ndef total(xs):\n    return sum(xs)",
            "assert total(numbers(4)) == 6",
            "assert total(numbers(4)) == 7",
        ),
        (
            "class V:\n    def __init__(self, x): self.x = x\n    def __add__(self, o): return V(self.x + o)\n    def same(self): return self\n    def __eq__(self, o): return self.x == o.x",
            "v = V(1) + 2\nassert v.same().x == v.x == 3 and v == V(3) == v.same()",
            "v = V(1) + 2\nassert v.same() == V(4)",
        ),
        (
            "class Cause:\n    code = 5\nclass Deep:\n    code = 6\ndef f(): raise ValueError(Cause())\ndef g(tell):\n    xs = []\n    for _ in range(900): xs = [xs]\n    try: tell(Deep(), xs)\n    except Exception: return Deep()",
            "try: f()\nexcept ValueError as error: assert error.args[0].code == 5\nelse: assert 0 > 1\nassert g(lambda *a: None).code == 6",
            "try: f()\nexcept ValueError as error: assert error.args[0].code == 6",
        ),
    ],
)
def test_it_holds_and_its_counterpart_fails(judge: Judge, source: str, test: str, wrong: str) -> None:
    right = judge(source, test, classes=CLASSES)
    assert (right.status, right.error) == (Verdict.PASSED, None)
    assert judge(source, wrong, classes=CLASSES).status is Verdict.FAILED


def test_objects_of_the_judges_own_libraries_stay_closed(judge: Judge) -> None:
    test = "import string\nthing = string.Template('1')\nassert peek(thing) == '1'"
    row = judge("def peek(thing):\n    return thing.template", test)
    assert not row.passed
    assert "cannot be handed to the program" in (row.error or "")


def test_an_operator_of_what_the_program_returned_decides_nothing(judge: Judge) -> None:
    row = judge(RATIO, "assert half() + 3 == 3.5")
    assert not row.passed
    assert "decides nothing" in (row.error or "")


SHAPED = [
    "assert list(Shelf(1, 2)) == [1, 2] and [*Shelf(3)] == [3]",
    "assert list(reversed(Shelf(1, 2))) == [2, 1]",
    "s = Shelf(1, 2)\nassert s.size() == 2 and 2 in s and 3 not in s",
    "s = Shelf(1)\ns += Shelf(2)\nassert s.items == [1, 2]",
    "s = Shelf(1.26, 1)\nassert s.size() == 2 and round(s, 1) == 2.3",
    "s = Shelf(1, 2, 3)\nassert s.size() == 3 and divmod(s, 2) == (1, 1)",
    "s = Shelf(1, 2, 3)\nassert s.size() < 5 and s < 4 and not s < 2",
    "assert len({Shelf(1), Shelf(1), Shelf(2)}) == 2 and {Shelf(1): 'a'}[Shelf(1)] == 'a'",
    "import copy\ns = Shelf([1])\ncopied = copy.deepcopy(s)\ncopied.put([7])\nassert s.items == [[1]] and [1, 7] in copied",
    "assert Half(1, 2) == Half(2, 4) and not Half(1, 2) == Half(1, 3)",
]


@pytest.mark.parametrize("test", SHAPED)
def test_a_class_of_any_shape_is_judged_by_its_methods(judge: Judge, test: str) -> None:
    row = judge(SHAPES, test, classes=CLASSES)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(BROKEN, test, classes=CLASSES).passed


def test_a_class_that_is_known_to_be_one_is_taken_at_its_word(sandbox: Sandbox) -> None:
    tests = (
        "assert 16 ** Ratio(1, 2) == 4.0",
        "assert Ratio(1, 2) + 3 == 3.5",
        "assert Ratio(1, 2) + 3 == 4.5",
    )
    for classes, verdicts in (((), [False, False, False]), (("Ratio",), [True, True, False])):
        program = Program(RATIO, tuple(map(CodeTest, tests)), entry_point="Ratio", classes=classes)
        assert [row.passed for row in sandbox.run(program).results] == verdicts
