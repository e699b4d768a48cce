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
class Swallow:
    def __enter__(self): return self
    def __exit__(self, kind, error, trace): return kind is ValueError and error.args == ("no",)
class Half:
    def __init__(self, n, d): self.n, self.d = n, d
    def __eq__(self, other): return self.n * other.d == other.n * self.d
class Slow:
    async def __aenter__(self): return 5
    async def __aexit__(self, kind, error, trace): return kind is KeyError
async def numbers(n):
    for number in range(n): yield number
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
    .replace("ValueError", "KeyError")
    .replace("self.d = n, d", "self.d = n, d * d")
    .replace("return 5", "return 6")
    .replace("yield number", "yield -number - 1")
)
DEVICE = """
import sys, types
kit = types.ModuleType("kit")
exec('''class Device:
    def __init__(self): self.log = []
    def __enter__(self): self.log.append("in"); return self
    def __exit__(self, *details): self.log.append("out")
    def work(self): raise ValueError("broken")
''', kit.__dict__)
sys.modules["kit"] = kit
from kit import Device
"""
COUNTER = """
class Account:
    def __init__(self): self.sum = 0
    def add(self, n): self.sum += n
"""
THREADS = """
import threading
account = Account()
threads = [threading.Thread(target=account.add, args=(1,)) for _ in range(30)]
for thread in threads: thread.start()
for thread in threads: thread.join()
"""


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
            VALUES,
            "from dataclasses import asdict, fields, replace\nassert asdict(item()) == {'name': 'a', 'tags': [1]} and [f.name for f in fields(Item)] == ['name', 'tags'] and replace(item(), name='b') == Item('b', [1])",
            "from dataclasses import asdict, replace\nassert asdict(item()) == {'name': 'a', 'tags': []} or replace(item(), name='b') == item()",
        ),
        (
            "from collections import defaultdict\ndef f(): return defaultdict(lambda: [7])",
            "d = f()\nd[1].append(8)\nassert d == {1: [7, 8]}",
            "assert f()[1] == [8] or f() == {1: [7]}",
        ),
        (SET, "assert Bag([1, 2]) == Bag([2, 1])", "assert Bag([1, 2]) == Bag([2, 2])"),
        (
            RATIO,
            "assert 16 ** Ratio(1, 2) == 4.0 and Ratio(1, 2).d == 2",
            "assert 16 ** Ratio(1, 2) == 5.0 and Ratio(1, 2).d == 2",
        ),
        (LEVELS, "assert level(2) is Level.HIGH", "assert level(1) is Level.HIGH"),
        (TREE, "assert Tree('x') == Tree('x')", "assert Tree('x') == Tree('y')"),
        (
            "def numbers(n):\n    yield from range(n)",
            "import inspect\nassert inspect.isgenerator(numbers(2)) and list(numbers(2)) == [0, 1]",
            "import inspect\nassert not inspect.isgenerator(numbers(2))",
        ),
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
            "import random\ndef roll():\n    return random.randint(1, 1000)",
            "import random\nrandom.seed(5)\nfirst = roll()\nrandom.seed(5)\nassert roll() == first == 638",
            "import random\nrandom.seed(5)\nfirst = roll()\nrandom.seed(6)\nassert roll() == first",
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
        (
            "def f(x): return x + 1\nN = 4",
            "assert globals()['f'](1) == 2 and globals()['N'] == 4 and globals().get('f') is f\nassert type(f).__name__ == 'function'",
            "assert globals()['f'](1) == 3",
        ),
        (
            "from dataclasses import dataclass\n@dataclass\nclass Point:\n    x: int\n    y: int",
            "match Point(1, 2):\n    case Point(1, y): assert y == 2\n    case _: assert 0 > 1",
            "match Point(1, 2):\n    case Point(2, y): assert y == 2\n    case _: assert 0 > 1",
        ),
        (COUNTER, f"{THREADS}\nassert account.sum == 30", f"{THREADS}\nassert account.sum == 29"),
    ],
)
def test_it_holds_and_its_counterpart_fails(judge: Judge, source: str, test: str, wrong: str) -> None:
    right = judge(source, test)
    assert (right.status, right.error) == (Verdict.PASSED, None)
    assert judge(source, wrong).status is Verdict.FAILED


def test_a_program_may_enter_an_object_of_a_module_that_the_test_made(judge: Judge) -> None:
    source = "def use(device):\n    with device as entered:\n        entered.work()"
    test = f"{DEVICE}\ndevice = Device()\ntry:\n    use(device)\nexcept ValueError as error:\n    assert str(error) == 'broken'\nassert device.log == ['in', 'out']"
    row = judge(source, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge("def use(device):\n    device.work()", test).status is Verdict.FAILED


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
    "with Swallow():\n    raise ValueError('no')",
    "assert Half(1, 2) == Half(2, 4) and not Half(1, 2) == Half(1, 3)",
    "import asyncio\nasync def go():\n    async with Slow() as five:\n        assert five == 5\n        raise KeyError\nasyncio.run(go())",
    "import asyncio\nasync def go(): return [n async for n in numbers(3)]\nassert asyncio.run(go()) == [0, 1, 2]",
]


@pytest.mark.parametrize("test", SHAPED)
def test_a_class_of_any_shape_is_judged_by_its_methods(judge: Judge, test: str) -> None:
    row = judge(SHAPES, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(BROKEN, test).passed


KINDS = """
'Things of several kinds.'
class Bare:
    'Has nothing.'
class Full:
    'Has much.'
    def __len__(self): return 1
    def __iter__(self): return iter([1])
    def __call__(self): return 2
class Steps:
    def __init__(self): self.left = [1, 2]
    def __iter__(self): return self
    def __next__(self):
        if not self.left: raise StopIteration
        return self.left.pop(0)
def plain(a, b=2, *c, d: int = 3): return a
def numbers():
    yield 1
async def later(): return 1
def make(kind): return kind()
"""
LOOKS = "from collections.abc import Callable, Iterable, Iterator, Sized\nimport inspect\n"
TOLD = [
    ("assert isinstance(make(Full), Iterable) and isinstance(make(Full), Sized) and callable(make(Full)) and hasattr(make(Full), '__len__')", "Full:\n    'Has much.'", "Full:\n    pass\nclass Other:"),
    ("assert not isinstance(Bare(), Iterable | Sized | Callable) and not callable(Bare()) and not hasattr(Bare(), '__len__')", "    'Has nothing.'", "    __len__ = __iter__ = __call__ = lambda self: 1"),
    ("s = Steps()\nassert isinstance(s, Iterator) and iter(s) is s and next(s) == 1 and list(s) == [2]", "return self\n", "return Steps()\n"),
    ("assert inspect.isfunction(plain) and str(inspect.signature(plain)) == '(a, b=2, *c, d: int = 3)' and plain.__defaults__ == (2,)", "b=2", "b=1"),
    ("assert inspect.isgeneratorfunction(numbers) and not inspect.isgeneratorfunction(plain)", "yield 1", "return iter([1])"),
    ("assert inspect.iscoroutinefunction(later) and not inspect.iscoroutinefunction(plain)", "async def", "def"),
    ("assert Full.__doc__ == make(Full).__doc__ == 'Has much.' and inspect.isclass(Full)", "much", "more"),
]  # fmt: skip


@pytest.mark.parametrize(("test", "old", "new"), TOLD)
def test_a_test_sees_of_what_kind_a_thing_is(judge: Judge, test: str, old: str, new: str) -> None:
    row = judge(KINDS, LOOKS + test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(KINDS.replace(old, new), LOOKS + test).passed


def test_a_class_that_is_known_to_be_one_is_taken_at_its_word(sandbox: Sandbox) -> None:
    tests = (
        "assert 16 ** Ratio(1, 2) == 4.0",
        "assert Ratio(1, 2) + 3 == 3.5",
        "assert Ratio(1, 2) + 3 == 4.5",
    )
    for classes, verdicts in (((), [False, False, False]), (("Ratio",), [True, True, False])):
        program = Program(RATIO, tuple(map(CodeTest, tests)), entry_point="Ratio", classes=classes)
        assert [row.passed for row in sandbox.run(program).results] == verdicts
