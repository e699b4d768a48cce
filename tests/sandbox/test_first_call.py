"""The call that goes along with the loading: which one it is, and that it changes no verdict."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from egcfg_sandbox import CodeTest, Program, Sandbox
from egcfg_sandbox.judge.code_check import CodeCheck
from egcfg_sandbox.judge.first_call import name_called_first

_PROGRAMS = {
    "right": "def f(x, y=0):\n    return x",
    "wrong": "def f(x, y=0):\n    return [x]",
    "changes its argument": "def f(x, y=0):\n    if x == [1]:\n        x.append(2)\n    return x",
    "keeps what it got": "SEEN = []\ndef f(x, y=0):\n    SEEN.append(x)\n    return x",
    "raises": "def f(x, y=0):\n    raise ValueError(x)",
    "takes nothing": "def f():\n    return 1",
    "ends": "import os\ndef f(x, y=0):\n    os._exit(0)",
    "ends while it is loaded": "import sys\nsys.exit(0)",
    "fails while it is loaded": "def f(x, y=0):\n    return x\n1 / 0",
    "does not parse": "def f(x y):\n    return x",
    "lacks the name": "def g(x):\n    return x",
    "has a variable of that name": "f = 3",
    "has a class of that name": "class f:\n    def __init__(self, x, y=0):\n        self.x = x",
    "has a decorated function": "import functools\n@functools.cache\ndef f(x=0, y=0):\n    return x",
    "has a function without a name": "f = lambda x, y=0: x",
    "has a coroutine": "async def f(x, y=0):\n    return x",
    "has a generator": "def f(x, y=0):\n    yield x",
    "has builtins of its own": "def sorted(x):\n    return 7\ndef f(x, y=0):\n    return x",
    "prints": "print(1)\ndef f(x, y=0):\n    print(x)\n    return x",
    "stands for a standard function": "def f(x, y=0):\n    return 1\ndef factorial(x):\n    return 1",
    "cannot be carried": "N = 1 << 8_000_000\ndef f(x, y=0):\n    return x if x else N",
}
_TESTS = (
    "assert f(1) == 1",
    "assert 1 == f(1, y=-2)",
    "assert f([1, 2]) == [1, 2]",
    "assert sorted(f([2, 1])) == [1, 2]",
    "assert not f(0)",
    "import math\nassert f(1) == 1\nassert math.isclose(f(2), 2.0)",
    "x = f(1)\nassert x == 1 and f(x) is x",
    "assert [f({'a': [1]}), 1][0] == {'a': [1]}, 'wrong'",
    "assert f(1).x == 1",
    "a = f([1])\na.append(2)\nassert f(a) == [1, 2]",
    "f(1)\nassert SEEN == [1]",
    "assert N == 1",
)


@pytest.mark.parametrize("test", _TESTS)
def test_no_verdict_hangs_on_it(sandbox: Sandbox, test: str) -> None:
    """A statement without any effect in front keeps the call from going along."""
    apart = f"pass\n{test}"
    assert name_called_first(ast.parse(apart).body) is None
    for what, source in _PROGRAMS.items():
        together, alone = sandbox.run(
            Program(source, (CodeTest(test), CodeTest(apart)), trace=True, entry_point="f")
        ).results
        assert (what, together.status, together.error, together.output, together.trace) == (
            (what, alone.status, alone.error, alone.output, alone.trace)
        )


@pytest.mark.parametrize(("size", "passes"), [(1, True), (2, False)])
def test_what_the_judge_asks_about_a_variable_does_not_get_in_the_way(
    sandbox: Sandbox, size: int, passes: bool
) -> None:
    keys = (
        "class K:\n    def __eq__(self, other): return True\n    def __hash__(self): return 1\nN = {K(): 1}\n"
    )
    test = CodeTest(f"assert f(1) == 1\nassert len(N) == {size}")
    assert sandbox.run(Program(f"{keys}def f(x): return x", (test,))).passed is passes


@pytest.mark.parametrize("test", [test for test in _TESTS if test != "assert N == 1"])
def test_what_is_called_first_is_found(test: str) -> None:
    assert name_called_first(ast.parse(test).body) == "f"


class _Questions:
    """Stands for a session with a program without any names, and notes what it is asked."""

    def __init__(self) -> None:
        self.class_names: frozenset[str] = frozenset()
        self.evaluation = None
        self.asked: list[Any] = []

    def load_and_call(self, load: Any, *call: Any) -> Any:
        self.asked.append(call)
        return {}, False

    def ask(self, *question: Any) -> Any:
        self.asked.append(question[0])
        return {}


@pytest.mark.parametrize(
    ("setup", "test", "asked"),
    [
        ("", "assert f([1], y=2) == 1", ("f", ([1],), {"y": 2})),
        ("import math", "assert f(1) == 1", ("f", (1,), {})),
        ("import random", "assert f(1) == 1", "load"),
        ("", "pass\nassert f(1) == 1", "load"),
        ("from math import *", "assert f(1) == factorial(1)", "load"),
        ("", "assert deepcopy(1) == 1", "load"),
    ],
)
def test_it_goes_along_with_the_loading(setup: str, test: str, asked: Any) -> None:
    session: Any = _Questions()
    with pytest.raises(NameError):
        CodeCheck(setup, test).run(session, (b"", "program", False), "f")
    assert session.asked == [asked]


@pytest.mark.parametrize(
    "test",
    [
        "assert f(g(1)) == 1",
        "assert f(x) == 1",
        "assert f(*[1]) == 1",
        "assert f(**{'x': 1}) == 1",
        "assert f(1 / 0) == 1",
        "assert f({[]: 1}) == 1",
        "assert f(f'{x}') == 1",
        "assert x == f(1)",
        "assert g.f(1) == 1",
        "assert print(1) == f(1)",
        "assert (lambda: f(1))() == 1",
        "for x in f(1):\n    assert x",
        "with f(1):\n    assert True",
        "def test():\n    assert f(1) == 1",
        "try:\n    f(1)\nexcept ValueError:\n    pass",
        "del x\nf(1)",
    ],
)
def test_where_more_must_be_known_nothing_is_found(test: str) -> None:
    assert name_called_first(ast.parse(test).body) is None


@pytest.mark.parametrize(
    ("setup", "source"),
    [
        (
            "import random\nrandom.seed(1)\nfirst = random.random()",
            "import random\ndef f(n):\n    return random.random()",
        ),
        (
            "import sys, io\nsys.stdin = io.StringIO('5')\nfirst = 5",
            "def f(n):\n    return int(input())",
        ),
        (
            "import builtins\nbuiltins.print = lambda n: 7\nfirst = 7",
            "def f(n):\n    return print(n)",
        ),
    ],
)
def test_what_a_test_sets_up_comes_before(sandbox: Sandbox, setup: str, source: str) -> None:
    assert sandbox.run(Program(source, (CodeTest("assert f(1) == first", setup),))).passed
