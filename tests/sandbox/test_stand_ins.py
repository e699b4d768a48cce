"""What suites of exercises do with objects: each case is right, and its counterpart is told from it."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

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


@pytest.mark.parametrize(
    ("source", "test", "wrong"),
    [
        (SET, "assert Bag([1, 2]) == Bag([2, 1])", "assert Bag([1, 2]) == Bag([2, 2])"),
        (RATIO, "assert 16 ** Ratio(1, 2) == 4.0", "assert 16 ** Ratio(1, 2) == 5.0"),
        (LEVELS, "assert level(2) is Level.HIGH", "assert level(1) is Level.HIGH"),
        (TREE, "assert Tree('x') == Tree('x')", "assert Tree('x') == Tree('y')"),
        (
            "def numbers(n):\n    yield from range(n)",
            "import inspect\nassert inspect.isgenerator(numbers(2)) and list(numbers(2)) == [0, 1]",
            "import inspect\nassert not inspect.isgenerator(numbers(2))",
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
    test = "import types\nthing = types.SimpleNamespace(x=1)\nassert peek(thing) == 1"
    row = judge("def peek(thing):\n    return thing.x", test)
    assert not row.passed
    assert "cannot be handed to the program" in (row.error or "")


def test_an_operator_of_what_the_program_returned_decides_nothing(judge: Judge) -> None:
    row = judge(RATIO, "assert half() + 3 == 3.5")
    assert not row.passed
    assert "decides nothing" in (row.error or "")
