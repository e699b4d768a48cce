"""Nothing a program does turns a wrong answer into a pass, and nobody's verdict but its own suffers."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import CodeTest, Limits, Program, Sandbox, StdioTest, Verdict

EXITS = {
    "sys.exit": "import sys\ndef f(x): sys.exit(0)",
    "quit": "def f(x): quit()",
    "hard exit": "import os\ndef f(x): os._exit(0)",
    "hard exit while loading": "import os\nos._exit(0)",
    "hard exit from a thread": "import os, threading\ndef f(x):\n    t = threading.Thread(target=os._exit, args=(0,))\n    t.start()\n    t.join()\n    return 2",
    "kill itself": "import os\ndef f(x):\n    os.kill(os.getpid(), 9)\n    return 2",
    "abort": "import os\ndef f(x): os.abort()",
    "segmentation fault": "import ctypes\ndef f(x): ctypes.string_at(0)",
}


@pytest.mark.parametrize("case", EXITS)
def test_an_exit_of_any_kind_is_a_crash(judge: Judge, case: str) -> None:
    assert judge(EXITS[case], "assert f(1) == 2").status is Verdict.CRASHED


def test_a_test_that_catches_everything_does_not_hide_the_end_of_the_program(judge: Judge) -> None:
    source = "import os\ndef f(x): os._exit(0)"
    assert judge(source, "try:\n    f(1)\nexcept:\n    pass").status is Verdict.CRASHED


ALWAYS_EQUAL = {
    "object": "class E:\n    def __eq__(self, other): return True",
    "int": "class E(int):\n    def __eq__(self, other): return True\n    __hash__ = int.__hash__",
    "str": "class E(str):\n    def __eq__(self, other): return True",
    "list": "class E(list):\n    def __eq__(self, other): return True",
    "hashed like the answer": "class E:\n    def __eq__(self, other): return True\n    def __hash__(self): return hash(2)",
    "pretends to be an int": "class E:\n    __class__ = int\n    def __eq__(self, other): return True",
    "operators": "class E:\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0\n    __rsub__ = __sub__\n    def __abs__(self): return 0\n    def __lt__(self, o): return True\n    __gt__ = __le__ = __ge__ = __lt__\n    def __contains__(self, o): return True\n    def __float__(self): return 0.0",
    "chained operators": "class E:\n    def __sub__(self, o): return E()\n    def __abs__(self): return 0\n    def __float__(self): return 0.0\n    def __bool__(self): return True",
    "predicates": "class E:\n    def startswith(self, o): return True\n    issubset = endswith = startswith",
    "iterates as the answer": "class E(list):\n    def __iter__(self): return iter([2])\n    def __len__(self): return 1\n    def __getitem__(self, i): return 2\n    def __eq__(self, other): return True",
    "looks up as the answer": "class E(dict):\n    def __missing__(self, key): return 2\n    def items(self): return {'a': 2}.items()\n    def __eq__(self, other): return True",
    "answers every attribute": "class E:\n    def __getattribute__(self, name): return lambda *a: True\n    def __eq__(self, other): return True",
    "descriptors": "class D:\n    def __get__(self, instance, owner): return lambda *a: True\nclass E:\n    __eq__ = __lt__ = __gt__ = __le__ = __contains__ = __sub__ = __abs__ = startswith = D()",
    "exception": "class E(Exception):\n    def __init__(self, *a): pass\n    def __eq__(self, other): return True\n    def __sub__(self, o): return 0\n    __rsub__ = __sub__\n    def __abs__(self): return 0\n    def __lt__(self, o): return True\n    __gt__ = __lt__\n    def __contains__(self, o): return True\n    def __iter__(self): return iter([2])\n    def startswith(self, o): return True\n    issubset = startswith\n    def index(self, o): return 0",
    "differs by nothing": "class Gap:\n    days = 0\n    def __abs__(self): return self\n    def __lt__(self, o): return True\n    def __eq__(self, o): return True\n    def __call__(self): return 0\n    def __getitem__(self, i): return 0\n    def __iter__(self): return iter([0])\n    def total_seconds(self): return 0\nclass E:\n    def __sub__(self, o): return Gap()\n    __rsub__ = __sub__",
    "equals as a proxy": "import weakref\nclass K:\n    def __eq__(self, other): return True\nkept = K()\nE = lambda: weakref.proxy(kept)",
    "equals as a mock": "from unittest import mock\nE = lambda: mock.ANY",
    "metaclass": "class M(type):\n    def __eq__(self, other): return True\n    def __hash__(self): return 1\n    def __instancecheck__(self, other): return True\nclass E(metaclass=M): pass",
}
COMPARISONS = [
    "assert f(1) == 2",
    "assert 2 == f(1)",
    "assert [f(1)] == [2]",
    "assert {'a': f(1)} == {'a': 2}",
    "assert set([f(1)]) == {2}",
    "assert f(1) in (2, 3)",
    "assert 2 in f(1)",
    "assert 1 < f(1) < 3",
    "assert abs(f(1) - 2.5) < 1e-6",
    "import math\nassert math.isclose(f(1), 2.5)",
    "assert f(1).startswith('ab')",
    "assert f(1).issubset({1, 2})",
    "assert isinstance(f(1), float)",
    "assert f(1) - 2 == 0",
    "assert not (f(1) - 2)",
    "import datetime\nassert (f(1) - datetime.date(2020, 1, 1)).days == 0",
    "import datetime\nassert (f(1) - datetime.date(2020, 1, 1)).total_seconds() == 0",
    "assert list(f(1) - 2) == [0]",
    "assert (f(1) - 2)[0] == 0",
    "assert [2, 3].index(f(1)) == 0",
    "assert all(x == y for x, y in zip([f(1)], [2], strict=True))",
    "match f(1):\n    case 2: pass\n    case _: raise AssertionError",
    "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(1), 2)",
]


@pytest.mark.parametrize("case", ALWAYS_EQUAL)
def test_an_answer_that_claims_to_equal_everything_equals_nothing(sandbox: Sandbox, case: str) -> None:
    tests = tuple(CodeTest(test) for test in COMPARISONS)
    for answer in (
        "def f(x): return E()",
        "f = lambda x: E()",
        "class f(E):\n    def __new__(cls, x): return E()"
        if "class E" in ALWAYS_EQUAL[case]
        else "def f(x): return [E()][0]",
    ):
        report = sandbox.run(Program(f"{ALWAYS_EQUAL[case]}\n{answer}", tests))
        assert len(report.results) == len(tests)
        passed = [row.test for row in report.results if row.passed]
        assert passed == []


@pytest.mark.parametrize("answer", ["self", "[self]", "(self, self)[0]", "dict(a=self)"])
def test_an_object_that_answers_with_itself_decides_nothing(judge: Judge, answer: str) -> None:
    source = f"{ALWAYS_EQUAL['operators']}class Shape(E):\n    def __init__(self, x): pass\n    def area(self): return {answer}\n    side = property(area)\n    def __iter__(self): return iter([self])\n    def __getitem__(self, i): return self\n    def __neg__(self): return self\n    def __call__(self, i): return self\n    def __mul__(self, o): return self\ndef whole(self): return {answer}"
    for told in ("s.area()", "s.side", "whole(s)", "list(s)[0]", "s[0]", "-s", "s(1)", "s * s"):
        taken = (
            {"[self]": "[0]", "dict(a=self)": "['a']"}.get(answer, "")
            if told in ("s.area()", "s.side", "whole(s)")
            else ""
        )
        test = f"s = Shape(3)\ns.name = 'x'\nassert abs({told}{taken} - 9) < 1e-6"
        assert not judge(source, test).passed, told


def test_a_class_in_the_place_of_the_function_decides_nothing(sandbox: Sandbox) -> None:
    body = ALWAYS_EQUAL["operators"].replace("class E:", "class f:\n    def __init__(self, x): pass")
    report = sandbox.run(Program(body, tuple(CodeTest(test) for test in COMPARISONS)))
    assert [row.test for row in report.results if row.passed] == []


RUNNER = "import sys\ndef runner():\n    frame = sys._getframe()\n    while type(frame.f_locals.get('self')).__name__ != 'Runner': frame = frame.f_back\n    return frame.f_locals['self']\n"
FORGE = "import os\ndef forge(numbers, to=3):\n    for number in numbers:\n        body = b'A' + number.to_bytes(4, 'little') + b'[[\"tuple\",[\"value\",2]],[]]'\n        try: os.write(to, len(body).to_bytes(4, 'little') + body)\n        except OSError: pass\n"
SWALLOWING = "class Kept:\n    def __enter__(self): return self\n    def __exit__(self, *a): return True\n    def get(self): return 1"
TAMPERING = {
    "builtins": ("import builtins\nbuiltins.AssertionError = type('A', (Exception,), {})\nbuiltins.isinstance = lambda *a: True\ndef f(x): return 5", "assert f(1) == 2"),
    "abs of its own": ("def abs(x): return 0\ndef f(x): return 5", "assert abs(f(1) - 2) < 1e-9"),
    "all of its own": ("def all(x): return True\ndef f(x): return 5", "assert all([f(1) == 2])"),
    "set of its own": ("def set(x): return {2}\ndef f(x): return [5]", "assert set(f(1)) == {2}"),
    "len of its own": ("def len(x): return 2\ndef f(x): return []", "assert len(f(1)) == 2"),
    "isclose of its own": ("def isclose(*a): return True\ndef f(x): return 5", "assert isclose(f(1), 2)"),
    "math of its own": ("class math:\n    isclose = lambda *a: True\ndef f(x): return 5", "assert math.isclose(f(1), 2)"),
    "numpy of its own": ("class np:\n    allclose = lambda *a: True\ndef f(x): return 5", "assert np.allclose(f(1), 2)"),
    "Counter of its own": ("def Counter(x): return 0\ndef f(x): return [5]", "assert Counter(f(1)) == Counter([2])"),
    "Decimal of its own": ("class Decimal:\n    def __init__(self, x): pass\n    def __eq__(self, o): return True\ndef f(x): return 5", "assert Decimal(f(1)) == Decimal(2)"),
    "a class in the place of a function with a capital": ("class Mean:\n    def __init__(self, x): pass\n    def __sub__(self, o): return 0\n    def __lt__(self, o): return True", "assert abs(Mean([1]) - 35) < 1e-6"),
    "a class in the place of a function, compared": ("class Mean:\n    def __init__(self, x): pass\n    def __lt__(self, o): return True\n    __gt__ = __lt__", "assert 1 < Mean([1]) < 2"),
    "a class in the place of a function that gives a text": ("class Title:\n    def __init__(self, x): pass\n    def startswith(self, x): return True", "assert Title('a').startswith('A')"),
    "a class in the place of a function that gives a list": ("class Primes:\n    def __init__(self, x): pass\n    def __contains__(self, x): return True", "assert 3 in Primes(10)"),
    "equal by its hash": ("class E:\n    def __eq__(self, o): return True\n    def __hash__(self): return hash(2)\ndef f(x): return E()", "assert hash(f(1)) == hash(2) or f(1) in {2, 3} or {2: True}.get(f(1))"),
    "check of its own": ("def check(*a): pass\ndef f(x): return 5", "def check(candidate):\n    assert candidate(1) == 2\ncheck(f)"),
    "main module": ("def f(x):\n    import __main__\n    __main__.check = lambda c: None\n    return 5", "def check(candidate):\n    assert candidate(1) == 2\ncheck(f)"),
    "unittest": ("import unittest\nunittest.TestCase.assertEqual = lambda *a: None\ndef f(x): return 5", "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(f(1), 2)"),
    "harness modules": ("import sys\ndef f(x):\n    for name, module in list(sys.modules.items()):\n        if name.startswith('egcfg_sandbox'):\n            for key in list(vars(module)):\n                if callable(vars(module)[key]): setattr(module, key, lambda *a, **k: True)\n    return 5", "assert f(1) == 2"),
    "harness objects": (RUNNER + "def f(x):\n    runner()._pack = lambda *a: b''\n    return 2", "assert f(1) == 2"),
    "harness answers for the object": (RUNNER + "class E:\n    def __sub__(self, o): return E()\ndef f(x):\n    runner()._do_plain = lambda target: (True, 0)\n    return E()", "assert f(1) - 2 == 0"),
    "harness answers later questions": (RUNNER + "def f(x):\n    r = runner()\n    r._perform = lambda request: True\n    return r", "assert f(1) == 2"),
    "an exception that is a failed assertion": ("Refused = AssertionError\ndef f(x): return 5", "try:\n    f(-1)\n    assert False\nexcept Refused: pass"),
    "an exception that is any": ("class Account:\n    Refused = Exception\ndef f(x): return 5", "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with self.assertRaises(Account.Refused):\n            f(-1)\n            self.fail()"),
    "exceptions of which one is any": ("Refused = (BaseException, ValueError)\ndef f(x): return 5", "try:\n    f(-1)\n    raise AssertionError\nexcept Refused: pass"),
    "the end of the test's iteration under another name": (RUNNER + "def f(it):\n    try: next(it)\n    except StopIteration as error:\n        objects = type(runner()._objects)\n        old = objects.describe_class\n        objects.describe_class = lambda self, kind: 'Exception' if kind is StopIteration else old(self, kind)\n        raise", "for got, want in zip(map(f, [iter([])]), [5]): assert got == want"),
    "a with that swallows what the test says": (SWALLOWING, "with Kept() as k:\n    assert k.get() == 2"),
    "a with that swallows what stops the test": (SWALLOWING, "with Kept() as k:\n    assert k.value == 2"),
    "a with that swallows an assertion of unittest": (SWALLOWING, "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        with Kept() as k: self.assertEqual(k.get(), 2)"),
    "a with on a stack that swallows": (SWALLOWING, "import contextlib\nwith contextlib.ExitStack() as stack:\n    k = stack.enter_context(Kept())\n    assert k.get() == 2"),
    "an object that answers with itself after an operator": (ALWAYS_EQUAL["operators"] + "class Shape(E):\n    def __init__(self, x): pass\n    def __add__(self, o): return self\n    def area(self): return self", "s = Shape(3) + 1\ns.name = 'x'\nassert abs(s.area() - 9) < 1e-6"),
    "an object that answers with itself, compared": ("class Shape:\n    def __init__(self, x): self.x = x\n    def grown(self, by): return self\n    def __eq__(self, o): return True", "s = Shape(3)\nassert s.grown(2) == Shape(5)"),
    "the test's look at itself": ("def f(look, g): return look(g, '__globals__')['secret']", "secret = 851723\nassert f(getattr, lambda: 0) == 851723"),
    "answers in advance": (FORGE + "def f(x):\n    forge(range(9))\n    return 2", "assert f(1) == 2\nassert f(2) == 2"),
    "a thread answers in advance": (FORGE + "import threading, time\ndef f(x):\n    threading.Thread(target=forge, args=(range(100),), daemon=True).start()\n    time.sleep(0.2)\n    return 5", "assert f(1) == 2"),
    "answers on every descriptor": (FORGE + "def f(x):\n    for to in range(64): forge([2], to)\n    return 5", "assert f(1) == 2"),
    "garbage": ("import os\ndef f(x):\n    os.write(3, b'\\xff' * 100)\n    return 2", "assert f(1) == 2"),
    "closed descriptors": ("import os\ndef f(x):\n    os.closerange(0, 64)\n    return 2", "assert f(1) == 2"),
    "printed verdict": ("def f(x):\n    print('{\"status\": \"passed\"}')\n    return 5", "assert f(1) == 2"),
    "fork, the child answers": ("import os\ndef f(x): return 5 if os.fork() else 2", "assert f(1) == 2"),
    "kills everything": ("import os\ndef f(x):\n    os.kill(-1, 9)\n    return 5", "assert f(1) == 2"),
}  # fmt: skip


TWO_METHODS = """
import unittest
class T(unittest.TestCase):
    def test_one(self): self.assertEqual(f(1), 1)
    def test_two(self): self.assertEqual(f(2), 4)
"""
STEERING = {
    "skips": "import unittest\ndef f(x):\n    if x == 2: raise unittest.SkipTest('no')\n    return 1",
    "tells unittest to forget": "import unittest.case\ndef f(x):\n    if x == 2: raise unittest.case._ShouldStop\n    return 1",
    "unexpected success": "import unittest.case\ndef f(x):\n    if x == 2: raise getattr(unittest.case, '_UnexpectedSuccess', ValueError)\n    return 1",
    "looks like a skip": "SkipTest = type('SkipTest', (Exception,), {'__module__': 'unittest.case'})\ndef f(x):\n    if x == 2: raise SkipTest\n    return 1",
    "interrupts": "def f(x):\n    if x == 2: raise KeyboardInterrupt\n    return 1",
    "ends an iteration": "def f(x):\n    if x == 2: raise StopIteration\n    return 1",
}


@pytest.mark.parametrize("case", STEERING)
def test_no_exception_steers_the_test_around_a_failure(judge: Judge, case: str) -> None:
    tests = (
        TWO_METHODS,
        TWO_METHODS.replace("import unittest", ""),
        "assert all(map(lambda x: f(x) == x * x, [1, 2]))",
        "assert [f(1), f(2)] == [1, 4]",
        "assert dict(zip([1, 2], map(f, [1, 2]))).items() <= {1: 1, 2: 4}.items()",
    )
    for test in tests:
        assert judge(STEERING[case], test).status in (Verdict.ERROR, Verdict.FAILED), test


def test_the_program_does_not_choose_what_the_judge_imports(judge: Judge) -> None:
    source = "import sys\nm = type(sys)('antigravity')\ndef f(x): return m"
    assert judge(source, "assert f(1)").status is Verdict.MALFORMED


@pytest.mark.parametrize("case", TAMPERING)
def test_tampering_never_passes(judge: Judge, case: str) -> None:
    source, test = TAMPERING[case]
    row = judge(source, test, wall_s=1.0)
    assert row.status not in (Verdict.PASSED, Verdict.SANDBOX_ERROR), row


def test_what_a_program_does_to_its_harness_is_gone_with_it(judge: Judge) -> None:
    source = (
        RUNNER
        + """
import builtins, json
def f(x):
    memory, marks = runner()._reserve, getattr(json, "marks", 0)
    found = (memory[0], marks, hasattr(builtins, "mark"))
    memory[0] = 7
    json.marks = builtins.mark = print.__self__.mark = 1
    return found
"""
    )
    for _ in range(8):
        assert judge(source, "assert f(1) == (0, 0, False)").status is Verdict.PASSED


def test_frames_heap_and_modules_hold_nothing_of_the_test(judge: Judge) -> None:
    source = """
import gc, sys
def f(x):
    found = []
    frame = sys._getframe()
    while frame:
        found.append(repr(frame.f_locals))
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing) in (dict, list, tuple, set):
            found.append(repr(thing)[:100000])
    found += [repr(sys.argv), repr(dict(__import__('os').environ))]
    return any(word in text for word in (''.join(['851', '723']), ''.join(['expected_by', '_nobody'])) for text in found)
"""
    test = "expected_by_nobody = 851723\nassert f(1) is False\nassert 851723 == expected_by_nobody"
    assert judge(source, test).status is Verdict.PASSED


@pytest.mark.parametrize("answer", ["'x' * (100 << 20)", "1 << 40_000_000", "list(range(3_000_000))"])
def test_an_answer_too_large_to_carry_is_malformed(judge: Judge, answer: str) -> None:
    assert judge(f"def f(x): return {answer}", "assert f(1) == 2").status is Verdict.MALFORMED


def test_a_deeply_nested_answer_is_malformed(judge: Judge) -> None:
    source = "def f(x):\n    a = []\n    for _ in range(100_000): a = [a]\n    return a"
    assert judge(source, "assert f(1) == 2").status is Verdict.MALFORMED


def test_one_tests_end_leaves_the_others_their_verdicts(sandbox: Sandbox) -> None:
    source = """
import os, time
def f(x):
    if x == 1: os._exit(0)
    if x == 2: time.sleep(60)
    if x == 3: raise ValueError
    return x
"""
    tests = tuple(CodeTest(f"assert f({x}) == {x}") for x in range(6))
    report = sandbox.run(Program(source, tests, limits=Limits(wall_s=1.0)))
    expected = ["passed", "crashed", "timeout", "error", "passed", "passed"]
    assert [row.status.value for row in report.results] == expected
    assert [row.test for row in report.results] == [test.text for test in tests]
    assert report.status is Verdict.CRASHED


def test_a_whole_programs_output_is_all_that_counts(judge: Judge) -> None:
    source = "print('passed')\nclass E:\n    def __str__(self): return '3'\nprint(E(), end='')"
    assert judge(source, StdioTest("", "3")).status is Verdict.FAILED
    assert judge("print(3)", StdioTest("", "3")).status is Verdict.PASSED
