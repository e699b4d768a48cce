"""A `with` of the program swallows what it is meant to swallow, and nothing on which the verdict hangs."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

RES = """
import contextlib
class Res:
    value = 1
    def __init__(self, *kinds): self.swallowed = []
    def __enter__(self): return self
    def __exit__(self, kind, error, trace):
        self.swallowed.append(kind)
        return True
    async def __aenter__(self): return self
    async def __aexit__(self, *details): return self.__exit__(*details)
    def get(self, *a): raise ValueError
    def five(self): return 5
    def step(self): raise ValueError
    def __bool__(self): return True
class Bad(Res):
    def __exit__(self, *details): raise KeyError('x')
    async def __aexit__(self, *details): raise KeyError('x')
class Again(Res):
    def __exit__(self, kind, error, trace): raise error
class Once(Res):
    def __exit__(self, *details): return Flip()
class Flip:
    def __init__(self): self.asked = 0
    def __bool__(self):
        self.asked += 1
        return self.asked > 1
def ctx(): return Res()
@contextlib.contextmanager
def managing():
    try: yield Res()
    except BaseException: pass
"""
IN_A_CLASS = "import unittest\nclass T(unittest.TestCase):\n"
STACK = "import contextlib\nwith contextlib.ExitStack() as s:\n    r = s.enter_context(ctx())\n"
MANAGED = (
    "import contextlib\n@contextlib.contextmanager\ndef managed():\n    with Res() as r:\n        yield r\n"
)
HOSTILE = {
    "raise AssertionError": "with Res() as r:\n    if r.five() != 71:\n        raise AssertionError('bad')",
    "assert False": "with Res() as r:\n    if r.five() != 71:\n        assert False, 'bad'",
    "raise ValueError": "with Res() as r:\n    if r.five() != 71:\n        raise ValueError('bad')",
    "raise in a loop": "with Res() as r:\n    while r.five() != 71:\n        raise ValueError('bad')",
    "raise for an answer": "x = Res().five()\nwith Res():\n    if x != 71:\n        raise ValueError('bad')",
    "raise after a return": "def test_it():\n    with Res() as r:\n        if r.five() == 71: return\n        raise ValueError('bad')",
    "raise by a function": "def bad(): raise ValueError('bad')\nwith Res() as r:\n    r.five() == 71 or bad()",
    "raise by a function that compares": "def same(a, b):\n    if a != b: raise ValueError('bad')\nwith Res() as r: same(r.five(), 71)",
    "raise after a try": "with Res() as r:\n    try: r.get()\n    except KeyError: pass\n    else: raise ValueError('bad')",
    "raise where nothing is raised": "with Res() as r:\n    try:\n        r.five()\n        raise OSError('bad')\n    except KeyError: pass",
    "assert False where nothing is raised": "with Res() as r:\n    r.five()\n    assert False",
    "match": "with Res() as r:\n    match r.five():\n        case 71: pass\n        case _: raise AssertionError",
    "match with another exception": "with Res() as r:\n    match r.five():\n        case 71: pass\n        case _: raise ValueError",
    "raise for what an answer was put into": "seen = []\nwith Res() as r:\n    seen.append(r.five())\n    if seen != [71]: raise ValueError('bad')",
    "raise for what a function was given": "seen = []\ndef note(x): seen.append(x)\nwith Res() as r:\n    note(r.five())\n    if seen != [71]: raise ValueError('bad')",
    "raise for what was printed": "import contextlib, io, sys\nout = io.StringIO()\nwith contextlib.redirect_stdout(out), Res() as r:\n    r.five()\n    if out.getvalue() != 'x': raise ValueError('bad')",
    "an exception that is not the one": "with Res() as r:\n    try: r.get()\n    except KeyError as error: assert str(error) == 'x'",
    "an exit": "import sys\nwith Res() as r:\n    if r.five() != 71: sys.exit('bad')",
    "a look-up": "with Res() as r: {71: 1}[r.five()]",
    "a look-up of an answer": "with Res() as r:\n    x = r.five()\n    {71: 1}[x]",
    "an assertion is not reached": "with Res() as r:\n    r.step()\n    assert r.five() == 71",
    "an assertion is not reached in its line": "with Res() as r: assert r.get() == 71",
    "a comparison is not reached": "with Res() as r:\n    if r.get() != 71:\n        raise AssertionError('bad')",
    "an assertion in a branch is not reached": "with Res() as r:\n    if r.get():\n        assert r.five() == 71",
    "an assertion after a try": "with Res() as r:\n    try: r.step()\n    except KeyError: pass\n    else: assert r.five() == 71",
    "an assertion around": "with Res() as r:\n    assert all(r.get(x) == x for x in (1, 2))",
    "a function": "def holds(r):\n    assert r.get() == 71\nwith Res() as r: holds(r)",
    "a function with two": "def holds(r):\n    assert r.five() == 5\n    assert r.get() == 71\ndef test_it():\n    with Res() as r:\n        holds(r)",
    "a function that is not called": "def holds(r):\n    assert r.five() == 71\nwith Res() as r:\n    r.step()\n    holds(r)",
    "a function that is called by another": "def holds(r):\n    assert r.five() == 71\ndef tries(r): holds(r)\nwith Res() as r:\n    r.step()\n    tries(r)",
    "a function under another name": "def holds(r):\n    assert r.five() == 71\nlooks = [holds]\nwith Res() as r:\n    r.step()\n    for look in looks: look(r)",
    "a function that is handed over": "def holds(r):\n    assert r.five() == 71\ndef run(g, r):\n    r.step()\n    g(r)\nwith Res() as r: run(holds, r)",
    "a function with its argument": "def holds(x):\n    assert x == 71\nwith Res() as r: holds(r.get())",
    "a function that another makes": "def make(w):\n    def holds(r): assert r.five() == w\n    return holds\nlook = make(71)\nwith Res() as r:\n    r.step()\n    look(r)",
    "functions in a list that grows": "looks = []\ndef holds(r): assert r.five() == 71\nlooks.append(holds)\nwith Res() as r:\n    r.step()\n    for look in looks: look(r)",
    "functions that are noted down": "looks = {}\ndef noted(g):\n    looks['a'] = g\n    return g\n@noted\ndef holds(r): assert r.five() == 71\nwith Res() as r:\n    r.step()\n    looks['a'](r)",
    "an object that is called": "class Holds:\n    def __call__(self, r): assert r.five() == 71\nlook = Holds()\nwith Res() as r:\n    r.step()\n    look(r)",
    "a function without a name": "import unittest\ncase = unittest.TestCase()\nholds = lambda r: case.assertEqual(r.get(), 71)\nwith Res() as r: holds(r)",
    "a method": IN_A_CLASS + "    def holds(self, r): self.assertEqual(r.get(), 71)\n    def test(self):\n        with Res() as r: self.holds(r)",
    "a method that fails": IN_A_CLASS + "    def test(self):\n        with Res() as r:\n            if r.five() != 71: self.fail('bad')",
    "a method that fails later": IN_A_CLASS + "    def test(self):\n        with Res() as r:\n            if r.get() != 71: self.fail('bad')",
    "assertRaises inside": IN_A_CLASS + "    def test(self):\n        with Res() as r:\n            with self.assertRaises(KeyError): r.get()",
    "assertRaises beside": IN_A_CLASS + "    def test(self):\n        with Res() as r, self.assertRaises(KeyError): r.get()",
    "assertRaises on a stack": IN_A_CLASS + "    def test(self):\n        import contextlib\n        with contextlib.ExitStack() as s:\n            r = s.enter_context(Res())\n            s.enter_context(self.assertRaises(KeyError))\n            r.get()",
    "a loop": "with Res() as c:\n    for want in (1, 71, 72):\n        assert c.value == want\n        c.step()",
    "a loop with a condition": "with Res() as c:\n    n = 0\n    while n < 3:\n        assert c.value == n + 1\n        n += 1\n        c.step()",
    "a stack": STACK + "    assert r.get() == 71",
    "a stack and a failed assertion": STACK + "    assert r.five() == 71",
    "a stack in a function": "import contextlib\ndef test_it():\n    with contextlib.ExitStack() as s:\n        r = s.enter_context(ctx())\n        r.step()\n        assert r.five() == 71",
    "an asynchronous stack": "import asyncio, contextlib\nasync def main():\n    async with contextlib.AsyncExitStack() as s:\n        r = await s.enter_async_context(Res())\n        assert r.get() == 71\nasyncio.run(main())",
    "an asynchronous with": "import asyncio\nasync def main():\n    async with Res() as r:\n        r.step()\n        assert r.five() == 71\nasyncio.run(main())",
    "a manager of the test": MANAGED + "with managed() as r:\n    assert r.get() == 71",
    "a manager of the test, and what comes later": MANAGED + "with managed() as r:\n    r.step()\n    assert r.five() == 71",
    "a manager of the test with an assertion": MANAGED.replace("yield r", "yield r\n        assert r.five() == 71") + "with managed() as r: r.step()",
    "a manager of the test inside": "import contextlib\n@contextlib.contextmanager\ndef then(r):\n    yield\n    assert r.five() == 71\nwith Res() as r:\n    with then(r): r.step()",
    "a manager of the program": "with managing() as r: assert r.get() == 71",
    "a class of the test": "class Own:\n    def __enter__(self):\n        self.r = Res()\n        return self.r.__enter__()\n    def __exit__(self, *details): return self.r.__exit__(*details)\nwith Own() as r: assert r.get() == 71",
    "another exception in its place": "with Res(), Bad() as b: assert b.five() == 71",
    "another exception in its place, on a stack": STACK + "    b = s.enter_context(Bad())\n    assert b.five() == 71",
    "another exception in its place, inside": "with Res():\n    with Bad() as b: assert b.five() == 71",
    "another exception in its place, which the test expects": IN_A_CLASS
    + "    def test(self):\n        with self.assertRaises(KeyError):\n            with Bad() as b:\n                self.assertEqual(b.five(), 71)\n                raise KeyError",
    "another exception in the place of one that keeps from an assertion": "try:\n    with Bad() as b:\n        b.get()\n        assert b.five() == 71\nexcept KeyError: pass",
    "another exception in its place, asynchronously": "import asyncio\nasync def main():\n    try:\n        async with Bad() as b: assert b.five() == 71\n    except KeyError: pass\nasyncio.run(main())",
    "the test's exception again": "with Res(), Again() as r:\n    if r.five() != 71: raise ValueError('bad')",
    "an asynchronous manager of the test": "import asyncio, contextlib\n@contextlib.asynccontextmanager\nasync def managed():\n    async with Res() as r:\n        yield r\nasync def main():\n    async with managed() as r:\n        r.step()\n        assert r.five() == 71\nasyncio.run(main())",
    "a group of tasks": "import asyncio\nasync def main():\n    async def holds(r): assert r.five() == 71\n    async with Res() as r, asyncio.TaskGroup() as g: g.create_task(holds(r))\nasyncio.run(main())",
    "a function that a manager of the test is for": MANAGED + "@managed()\ndef test_it():\n    r = Res()\n    r.step()\n    assert r.five() == 71\ntest_it()",
    "an answer that is false at first": "with Once() as r: assert r.five() == 71",
    "in the setup": "holds(Res())",
    "in a text of the test": "exec('with Res() as r: assert r.get() == 71')",
}  # fmt: skip
SETUPS = {"in the setup": "def holds(r):\n    with r:\n        r.step()\n        assert r.five() == 71"}


@pytest.mark.parametrize("case", HOSTILE)
def test_no_with_swallows_what_the_verdict_hangs_on(judge: Judge, case: str) -> None:
    row = judge(RES, HOSTILE[case], setup=SETUPS.get(case, ""))
    assert row.status in (Verdict.FAILED, Verdict.ERROR), row


HONEST = {
    "what the program raises": "with Res() as r: r.get()\nassert r.swallowed == [ValueError]",
    "an assertion before": "with Res() as r:\n    assert r.five() == 5\n    r.get()\nassert r.swallowed",
    "what the test raises": "with Res() as r:\n    raise ValueError\nassert r.swallowed == [ValueError]",
    "what the test raises after something else": "with Res() as r:\n    r.five()\n    raise KeyError('undo')\nassert r.swallowed == [KeyError]",
    "what the test raises in a loop of its own": "seen = []\nwith Res() as r:\n    for i in range(5):\n        seen.append(i)\n        if i == 2: raise ValueError\nassert seen == [0, 1, 2] and r.swallowed",
    "a failed assertion for its own sake": "with Res(AssertionError) as r: assert False\nassert r.swallowed",
    "what the test provokes": "with Res() as r: 1 / 0\nwith Res() as r: int('x')\nd = {}\nwith Res() as r: d['x']\nassert r.swallowed == [KeyError]",
    "what the test provokes in a loop": "n = 0\nwith Res() as r:\n    for x in ['1', 'x', '2']: n += int(x)\nassert n == 1 and r.swallowed",
    "what a function of the test raises": "def boom(): raise ValueError\nwith Res() as r: boom()\nassert r.swallowed",
    "a function with an assertion before": "def use(r):\n    assert r.five() == 5\n    r.get()\nwith Res() as r: use(r)\nassert r.swallowed",
    "a point that is not to be reached": "with Res() as r:\n    r.get()\n    assert False, 'not to be reached'\nassert r.swallowed",
    "a point that is not to be reached in a class": IN_A_CLASS + "    def test(self):\n        with Res() as r:\n            r.get()\n            self.fail('not to be reached')\n        self.assertTrue(r.swallowed)",
    "what is done otherwise": "with Res() as r:\n    if r.value == 1: r.get()\n    else: assert r.value == 2\nassert r.swallowed",
    "after an exception that is caught": "with Res() as r:\n    try: r.get()\n    except ValueError: r.step()\nassert r.swallowed",
    "a loop": "with Res() as r:\n    for x in (1, 2): r.get(x)\nassert r.swallowed == [ValueError]",
    "assertRaises that holds": IN_A_CLASS + "    def test(self):\n        with Res() as r:\n            with self.assertRaises(ValueError): r.get()\n            r.step()\n        self.assertEqual(r.swallowed, [ValueError])",
    "a stack": STACK + "    r.get()\nassert r.swallowed == [ValueError]",
    "an asynchronous stack": "import asyncio, contextlib\nasync def main():\n    async with contextlib.AsyncExitStack() as s:\n        r = await s.enter_async_context(Res())\n        r.get()\n    assert r.swallowed\nasyncio.run(main())",
    "an asynchronous with": "import asyncio\nasync def main():\n    async with Res() as r:\n        r.get()\n    assert r.swallowed\nasyncio.run(main())",
    "a manager of the test": MANAGED + "with managed() as r: r.get()\nassert r.swallowed == [ValueError]",
    "a manager of the test in a function": MANAGED + "def test_it():\n    with managed() as r:\n        assert r.five() == 5\n        r.get()\n    assert r.swallowed",
    "a manager of the program": "with managing() as r:\n    r.get()\nassert r.five() == 5",
    "a block without an exception": "with Res() as r: assert r.five() == 5\nassert r.swallowed == [None]",
    "the method itself": "r = Res()\nassert r.__exit__(None, None, None) is True\nassert r.__exit__(ValueError, ValueError(), None) is True",
    "one in the other": "with Res() as a:\n    with Res() as b:\n        b.get()\n    assert b.swallowed == [ValueError]\nassert a.swallowed == [None]",
    "another exception in its place": "try:\n    with Bad() as b: b.get()\n    assert False\nexcept KeyError: pass",
    "another exception in the place of the test's": IN_A_CLASS
    + "    def test(self):\n        with self.assertRaises(KeyError):\n            with Bad() as b: raise ValueError",
    "an asynchronous manager of the test": "import asyncio, contextlib\n@contextlib.asynccontextmanager\nasync def managed():\n    async with Res() as r:\n        yield r\nasync def main():\n    async with managed() as r:\n        r.step()\n    assert r.swallowed\nasyncio.run(main())",
    "in the setup": "use(Res())",
}  # fmt: skip
HONEST_SETUPS = {"in the setup": "def use(r):\n    with r: r.step()\n    assert r.swallowed"}


@pytest.mark.parametrize("case", HONEST)
def test_what_a_with_is_meant_to_swallow_it_swallows(judge: Judge, case: str) -> None:
    row = judge(RES, HONEST[case], setup=HONEST_SETUPS.get(case, ""))
    assert (row.status, row.error) == (Verdict.PASSED, None)
