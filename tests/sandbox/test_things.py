"""Objects, exceptions and streams of the test in the program's hands: used as Python would, and told from wrong use."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

POINT = """
class Point:
    def __init__(self, x): self.x = x
    def __add__(self, other): return Point(self.x + other.x)
    def __radd__(self, other): return Point(self.x + other)
    def __lt__(self, other): return self.x < other.x
    def __len__(self): return self.x
    def __iter__(self): return iter(range(self.x))
    def __getitem__(self, at): return at * 2
    def __contains__(self, item): return item == self.x
    def __bool__(self): return self.x > 1
    def __repr__(self): return f"P{self.x}"
    def __eq__(self, other): return isinstance(other, Point) and self.x == other.x
    def __hash__(self): return hash(self.x)
"""
MINE = """
class Mine(ValueError):
    def __init__(self, word, code): super().__init__(word); self.code = code
def broken(): raise Mine("no", 7)
"""
USES = {
    "operators": ("def f(a, b): return a + b", "def f(a, b): return a", POINT + "assert f(Point(1), Point(2)).x == 3"),
    "sum": ("def f(ps): return sum(ps)", "def f(ps): return ps[0]", POINT + "assert f([Point(1), Point(2)]).x == 3"),
    "order": ("def f(ps): return sorted(ps)", "def f(ps): return ps", POINT + "assert [p.x for p in f([Point(2), Point(1)])] == [1, 2]"),
    "container": ("def f(p): return len(p), list(p), p[3], 2 in p, bool(p)", "def f(p): return ()", POINT + "assert f(Point(2)) == (2, [0, 1], 6, True, True)"),
    "text": ("def f(p): return f'{p}' + repr(p)", "def f(p): return ''", POINT + "assert f(Point(2)) == 'P2P2'"),
    "equality": ("def f(a, b): return a == b, len({a, b}), a == 2", "def f(a, b): return a is b, 1, True", POINT + "assert f(Point(2), Point(2)) == (True, 1, False)"),
    "type": ("def f(p, kind): return isinstance(p, kind), isinstance(2, kind)", "def f(p, kind): return True, True", POINT + "assert f(Point(2), Point) == (True, False)"),
    "variables": ("def f(p): return vars(p)", "def f(p): return {}", POINT + "assert f(Point(2)) == {'x': 2}"),
    "decorated": ("import functools\ndef f(g):\n    @functools.wraps(g)\n    def twice(x): return g(g(x))\n    return twice", "def f(g): return lambda x: g(x)", "@f\ndef plus(x):\n    'one more'\n    return x + 1\nassert plus(1) == 3 and plus.__name__ == 'plus' and plus.__doc__ == 'one more'"),
    "threads": ("from concurrent.futures import ThreadPoolExecutor\ndef f(g, xs):\n    with ThreadPoolExecutor(4) as pool: return list(pool.map(g, xs))", "def f(g, xs): return list(map(g, xs[:9]))", "assert f(lambda x: x * x, list(range(200))) == [x * x for x in range(200)]"),
    "exception caught": ("def f(g, kind):\n    try: g()\n    except kind as error: return error.args", "def f(g, kind): return ()", MINE + "assert f(broken, Mine) == ('no',) == f(broken, ValueError)"),
    "exception let through": ("def f(g): g()", "def f(g): raise ValueError('no')", MINE + "try: f(broken)\nexcept Mine as error: assert error.code == 7"),
    "exception raised": ("def f(kind): raise kind('own')", "def f(kind): raise ValueError('own')", "class Mine(Exception): pass\ntry: f(Mine)\nexcept Mine as error: assert str(error) == 'own'"),
    "exception from another": ("def f():\n    try: 1 / 0\n    except ZeroDivisionError as error: raise ValueError('x') from error", "def f(): raise ValueError('x')", "try: f()\nexcept ValueError as error: assert type(error.__cause__) is ZeroDivisionError\nelse: assert False"),
    "exception within another": ("def f():\n    try: 1 / 0\n    except ZeroDivisionError: raise ValueError('x')", "def f(): raise ValueError('x')", "try: f()\nexcept ValueError as error: assert type(error.__context__) is ZeroDivisionError and error.__cause__ is None\nelse: assert False"),
    "exception with a text of its own": ("class E(Exception):\n    def __str__(self): return 'nice'\ndef f(): raise E", "class E(Exception): pass\ndef f(): raise E", "try: f()\nexcept E as error: assert str(error) == 'nice'\nelse: assert False"),
    "exception made by the test": ("class E(Exception):\n    def __init__(self, n):\n        super().__init__(f'{n} left')\n        self.n = n\n    LIMIT = 3\n    @property\n    def twice(self): return self.n * 2\n    def more(self, k): return self.n + k\ndef f(g):\n    try: g()\n    except E as error: return error", "class E(Exception):\n    LIMIT = twice = n = 4\n    def more(self, k): return k\ndef f(g): return E(1)", "e = E(2)\nassert (str(e), e.n, e.twice, e.more(5), E.LIMIT) == ('2 left', 2, 4, 7, 3)\ndef g(): raise e\nassert f(g).n == 2\nclass Mine(E):\n    def __init__(self): Exception.__init__(self, 'own')\nassert str(Mine()) == 'own' and Mine.LIMIT == 3"),
    "exception as a value": ("def f(): return ValueError('x')", "def f(): return KeyError('x')", "assert isinstance(f(), ValueError) and f().args == ('x',)"),
    "generator": ("def f(g): return next(g), list(g)", "def f(g): return 0, []", "assert f(x * x for x in range(1, 4)) == (1, [4, 9])"),
    "iterator that is used further": ("def f(g): return next(g)", "def f(g): return list(g)[0]", "it = iter([5, 6])\nassert f(it) == 5 and list(it) == [6]"),
    "file": ("def f(source, target):\n    for line in source: print(line.strip(), file=target)", "def f(source, target): target.write(source.read())", "import io\nout = io.StringIO()\nf(io.StringIO(' a\\n b\\n'), out)\nassert out.getvalue() == 'a\\nb\\n'"),
    "random numbers": ("def f(r): return r.randint(1, 1000)", "def f(r): return 1", "import random\nassert f(random.Random(3)) == random.Random(3).randint(1, 1000)"),
    "a namespace": ("def f(o):\n    o.b = o.a + 1\n    return vars(o)", "def f(o): return {'a': 1, 'b': 2}", "from types import SimpleNamespace\no = SimpleNamespace(a=1)\nassert f(o) == {'a': 1, 'b': 2} and o.b == 2"),
    "a queue": ("def f(q):\n    while not q.empty(): yield q.get() * 2", "def f(q): return [2, 4]", "import queue\nq = queue.Queue()\nq.put(1)\nq.put(2)\nassert list(f(q)) == [2, 4] and q.qsize() == 0"),
    "a lock": ("def f(lock):\n    with lock: return lock.locked()", "def f(lock): return lock.locked()", "import threading\nassert f(threading.Lock()) is True"),
    "an event": ("def f(event): event.set()", "def f(event): pass", "import threading\nevent = threading.Event()\nf(event)\nassert event.is_set()"),
    "a module": ("def f(m): return m.sqrt(4), m.__name__", "def f(m): return 2, 'm'", "import math\nassert f(math) == (2, 'math')"),
    "a class, decorated": ("R = []\ndef f(c):\n    R.append(c.__name__)\n    c.kind = 'new'\n    return c", "R = ['K']\ndef f(c): return c", "@f\nclass K: pass\nassert R == ['K'] and K.kind == K().kind == 'new'"),
}  # fmt: skip


@pytest.mark.parametrize("case", USES)
def test_it_holds_and_a_wrong_use_does_not(judge: Judge, case: str) -> None:
    right, wrong, test = USES[case]
    row = judge(right, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(wrong, test).passed


REACHING = [
    ("def f(g): return g.gi_frame", "assert f(x for x in [1])"),
    ("def f(g): return vars(g)", "secret = 851723\ndef g(): return secret\nassert f(g)"),
    ("def f(h): return h.name", "import io\nassert f(io.StringIO())"),
    ("def f(g): return g._remote_ask('operate', g._remote_number, ('__globals__',), {})", "def g(): return 1\nassert f(g)"),
    ("def f(s): s.total = lambda: 3", "class Sum:\n    def total(self): return 2\ns = Sum()\nf(s)\nassert s.total() == 3"),
    ("def f(g): return g + 1", "def g(): return 1\nassert f(g)"),
    ("def f(t): t.addCleanup(print)", "import unittest\nclass T(unittest.TestCase):\n    def test(self): assert f(self) is None"),
    ("def f(c): c.want = 1", "class K: want = 2\nf(K)\nassert K.want == 1"),
    ("def f(c): c.total = lambda self: 3", "class K:\n    def total(self): return 2\nf(K)\nassert K().total() == 3"),
    ("def f(c): c.__eq__ = lambda self, other: True", "class K: pass\nf(K)\nassert K() == K()"),
    ("def f(r): return r._randbelow(1) == 0", "import random\nassert f(random.Random(1))"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "test"), REACHING)
def test_nothing_else_of_the_test_is_reached(judge: Judge, source: str, test: str) -> None:
    assert judge(source, test).status in (Verdict.ERROR, Verdict.FAILED)


def test_a_failed_assertion_of_the_test_is_no_error_of_the_program(judge: Judge) -> None:
    test = "def take(x):\n    assert x == 2, 'two'\nf(take)"
    row = judge("def f(take): take(1)", test)
    assert row.status is Verdict.FAILED
    assert judge("def f(take): take(2)", test).status is Verdict.PASSED
