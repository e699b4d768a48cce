"""A container that the test and the program both hold is one container, as in Python."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import gc
import weakref
from typing import Any, cast

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict
from egcfg_sandbox.codec import CodecError, Decoder, Encoder
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.judge.watch import Watch
from egcfg_sandbox.shared import Shared

KEPT = "class Kept:\n    def __init__(self, items): self.items = {}\n    def add(self, item): self.items.append(item)\n    def all(self): return self.items\n    def size(self): return len(self.items)\n"
COPY = KEPT.replace("{}", "list(items)").replace("return self.items", "return list(self.items)")
SAME = KEPT.replace("{}", "items")
USES = {
    "an attribute is worked on": (SAME, COPY.replace("= list", "= tuple"), "k = Kept([])\nk.items.append(1)\nassert k.size() == 1"),
    "an entry deep inside": ("class Grid:\n    def __init__(self): self.rows = [[0], [0]]\n    def total(self): return sum(map(sum, self.rows))", "class Grid:\n    rows = ((0,), (0,))\n    def total(self): return 5", "g = Grid()\ng.rows[1][0] = 5\nassert g.total() == 5 == g.rows[1][0]"),
    "an argument is copied": (COPY, SAME, "xs = [1]\nk = Kept(xs)\nxs.append(2)\nassert k.size() == 1"),
    "an argument is kept": (SAME, COPY, "xs = [1]\nk = Kept(xs)\nk.add(2)\nassert xs == [1, 2]"),
    "a copy is returned": (COPY, SAME, "k = Kept([1])\nk.all().append(5)\nassert k.size() == 1"),
    "a fresh list for every call": ("def f(x, acc=None):\n    acc = acc or []\n    acc.append(x)\n    return acc", "def f(x, acc=[]):\n    acc.append(x)\n    return acc", "a, b = f(1), f(2)\nassert a == [1] and a is not b"),
    "a fresh list for every item": ("def f(n):\n    xs = []\n    for i in range(n):\n        xs.append(i)\n        yield xs[:]", "def f(n):\n    xs = []\n    for i in range(n):\n        xs.append(i)\n        yield xs", "assert list(f(2)) == [[0], [0, 1]]"),
    "nothing is changed before an exception": ("def f(xs):\n    if xs: raise ValueError\n    xs.append(1)", "def f(xs):\n    xs.append(1)\n    raise ValueError", "xs = [1]\ntry: f(xs)\nexcept ValueError: pass\nassert xs == [1]"),
    "a function of the test changes what it is given": ("def f(g):\n    xs = [1]\n    g(xs)\n    return len(xs)", "def f(g):\n    xs = [1]\n    g(xs[:])\n    return len(xs)", "assert f(lambda xs: xs.append(2)) == 2"),
    "a variable of the program": ("log = []\ndef f(x): log.append(x)", "log = []\ndef f(x): log[:] = [x]", "f(1)\nlog.append(5)\nf(2)\nassert log == [1, 5, 2]"),
    "an inner list of a shallow copy": ("def f(d): return dict(d)", "import copy\nf = copy.deepcopy", "d = {'a': [1]}\ncopied = f(d)\ncopied['a'].append(2)\nassert copied is not d and d == {'a': [1, 2]}"),
    "a set of a dict": ("class G:\n    def __init__(self): self.edges = {1: set()}\n    def has(self, a, b): return b in self.edges[a]", "class G:\n    def __init__(self): self.edges = {1: {2}}\n    def has(self, a, b): return not self.edges[a]", "g = G()\ng.edges[1].add(2)\nassert g.has(1, 2) and g.edges == {1: {2}}"),
}  # fmt: skip


@pytest.mark.parametrize("case", USES)
def test_it_holds_and_what_does_not_share_alike_fails(judge: Judge, case: str) -> None:
    right, wrong, test = USES[case]
    row = judge(right, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test).status in (Verdict.FAILED, Verdict.ERROR)


def test_what_has_no_form_outside_the_test_stays_there(judge: Judge) -> None:
    source = "kept = []\ndef f(): return kept\ndef size(): return len(kept)"
    test = "import string\nxs = f()\nxs.append(string.Template(''))\nassert size() == 0 and len(xs) == 1"
    assert judge(source, test).status is Verdict.PASSED


def test_many_and_large_containers_are_let_go(judge: Judge) -> None:
    source = "def f(xs): return [xs, list(range(9_000))]\ndef key(g, n): return [g([i]) for i in range(n)]\ndef ordered(rows, g): return sorted(rows, key=g)"
    test = "kept = [f([i]) for i in range(50)]\nassert [k[0] for k in kept] == [[i] for i in range(50)]\nassert key(lambda xs: xs[0], 2000) == list(range(2000))\nrows = [[i] for i in range(3000)]\nassert ordered(rows, lambda r: -r[0])[0] == [2999]"
    assert judge(source, test).status is Verdict.PASSED


NESTED = "xs = []\ndef f():\n    global xs\n    for _ in range(400): xs = [xs]\n    return xs"


@pytest.mark.parametrize("look", ["repr(x)", "x == y", "copy.deepcopy(x)", "json.dumps(x)"])
def test_lists_nested_without_an_end_do_not_break_a_thread(judge: Judge, look: str) -> None:
    test = f"import copy, json, threading\nfor _ in range(30): x, y = f(), [x] if _ else []\ny = f()\nt = threading.Thread(target=lambda: {look})\nt.start()\nt.join()\nassert x == 3"
    assert judge(NESTED, test).status is Verdict.FAILED


def test_an_argument_may_be_as_deep_as_an_answer(judge: Judge) -> None:
    test = "xs = []\nfor _ in range(450): xs = [xs]\nassert f(xs) is xs"
    assert judge("def f(xs): return xs", test).status is Verdict.PASSED


SHRINKING = """
import collections, sys
def runner():
    frame = sys._getframe()
    while type(frame.f_locals.get('self')).__name__ != 'Runner': frame = frame.f_back
    return frame.f_locals['self']
class E:
    def __eq__(self, other): return True
    def __hash__(self): return 1
    def __lt__(self, other): return shrink(self)
    def __bool__(self): return bool(shrink(self))
    def __float__(self): return float(shrink(self)[1])
    def __abs__(self): return shrink(self)[1]
    __str__ = __repr__ = lambda self: str(shrink(self)[1])
e = E()
kept = KIND
def shrink(target):
    for key in list(kept)[1:]:
        del kept[key if isinstance(kept, dict) else -1]
    return (True, FIRST)
runner()._do_plain = shrink
def f(x):
    kept.clear()
    FILL
    return RETURNED
"""
A_DICT = ("{}", "kept.update({'a': e, 'b': 99, 'c': 98})", "kept", "1")
A_LIST = ("[]", "kept.extend([e] + [99] * (x - 1))", "kept", "0")
ABC = "{'a': 1, 'b': 2, 'c': 3}"
IN_A_CLASS = "import unittest\nclass T(unittest.TestCase):\n    def test(self):\n        "
LESS_WHILE_LOOKED_AT = {
    "a dict": (A_DICT, f"assert f(1) == {ABC}"),
    "a dict on the other side": (A_DICT, f"assert {ABC} == f(1)"),
    "a dict, by assertEqual": (A_DICT, f"{IN_A_CLASS}self.assertEqual(f(1), {ABC})"),
    "a dict, by assertDictEqual": (A_DICT, f"{IN_A_CLASS}self.assertDictEqual(f(1), {ABC})"),
    "a dict in a list": ((*A_DICT[:2], "[kept]", "1"), f"assert f(1) == [{ABC}]"),
    "an ordered dict": (("collections.OrderedDict()", *A_DICT[1:]), f"assert f(1) == {ABC}"),
    "a dict with defaults": (("collections.defaultdict(int)", *A_DICT[1:]), f"assert f(1) == {ABC}"),
    "a dict while the test replaces a stream": (A_DICT, f"import contextlib, io, sys\nwith contextlib.redirect_stdout(io.StringIO()):\n    got = f(1)\n    sys.argv = [got]\n    assert got == {ABC}"),
    "a dict that a function of the test is called about": (A_DICT, f"got = f(1)\nassert got == {ABC} or f(2) == {ABC}"),
    "a list in a loop": (A_LIST, "got = f(5)\nassert len(got) == 5\nfor i, x in enumerate(got): assert x == i * i"),
    "a list beside another": (A_LIST, "got = f(3)\nassert len(got) == 3 and all(a == b for a, b in zip(got, [0, 71, 72]))"),
    "a list of nearly equal numbers": (A_LIST, f"{IN_A_CLASS}got = f(3)\n        self.assertEqual(len(got), 3)\n        for a, b in zip(got, [0, 71, 72]): self.assertAlmostEqual(a, b)"),
    "a list of numbers that are close": (A_LIST, "import math\ngot = f(3)\nassert len(got) == 3 and all(math.isclose(a, b, abs_tol=0.1) for a, b in zip(got, [0, 71, 72]))"),
    "a list of sizes": (A_LIST, "got = f(3)\nassert len(got) == 3\nfor a, b in zip(got, [0, 71, 72]): assert abs(a) == b"),
    "a list of texts": (A_LIST, "got = f(3)\nassert len(got) == 3\nfor a, b in zip(got, ['0', '71', '72']): assert str(a) == b"),
}  # fmt: skip


@pytest.mark.parametrize("case", LESS_WHILE_LOOKED_AT)
def test_what_is_taken_away_during_a_comparison_stays_until_it_is_over(judge: Judge, case: str) -> None:
    (kind, fill, returned, first), test = LESS_WHILE_LOOKED_AT[case]
    source = SHRINKING.replace("KIND", kind).replace("FILL", fill).replace("RETURNED", returned)
    row = judge(source.replace("FIRST", first), test)
    assert row.status in (Verdict.FAILED, Verdict.ERROR), row


SOLVED_HASH = """
import sys
BITS = (1 << 64) - 1
FIRST, SECOND, FIFTH = 11400714785074694791, 14029467366897019727, 2870177450012600261
def runner():
    frame = sys._getframe()
    while type(frame.f_locals.get('self')).__name__ != 'Runner': frame = frame.f_back
    return frame.f_locals['self']
def solve(first, wanted):
    inverse = pow(FIRST, -1, 1 << 64), pow(SECOND, -1, 1 << 64)
    wanted = (wanted - (2 ^ (FIFTH ^ 3527539))) & BITS
    so_far = (FIFTH + first * SECOND) & BITS
    so_far = ((so_far << 31) | (so_far >> 33)) & BITS
    so_far = (so_far * FIRST) & BITS
    turned = (wanted * inverse[0]) & BITS
    turned = ((turned >> 31) | (turned << 33)) & BITS
    found = ((turned - so_far) * inverse[1]) & BITS
    return found - (1 << 64) if found >> 63 else found
def make(wanted):
    while True:
        class K:
            def __eq__(self, other): return True
            def __hash__(self): return found
        number = runner()._objects.number_of(K)
        found = solve(number, wanted)
        if abs(found) < (1 << 61) - 1 and hash((number, found)) == wanted: return K()
runner()._do_plain = lambda target: (True, 2)
def f(x): return make(2)
"""


def test_no_object_hashes_like_a_plain_value_that_it_was_made_for(judge: Judge) -> None:
    for test in ("assert hash(f(1)) == hash(2)", "assert f(1) in {2, 3, 5}", "assert {f(1)} == {2}"):
        assert judge(SOLVED_HASH, test).status is Verdict.FAILED, test


COUNTING = "class P:\n    def __init__(self, x, seen): self.x, self.seen = x, seen\n    def __eq__(self, o):\n        self.seen.append('eq')\n        return self.x == o.x\n    def __hash__(self): return hash(self.x)\n    def __lt__(self, o):\n        self.seen.append('lt')\n        return self.x < o.x\n    def __len__(self):\n        self.seen.append('len')\n        return self.x\n    def count(self): return len(self.seen)\ndef made(x): return P(x, [])\n"
CHANGED_ASIDE = {
    "what equality notes is there when it is asked for": "seen = []\na, b = P(1, seen), P(1, seen)\nassert a == b\nassert a.count() == len(seen) > 0",
    "what an order notes is there when it is asked for": "a, b = P(1, []), P(2, [])\nassert sorted([b, a]) == [a, b] and a < b\nassert a.seen + b.seen",
    "what a length notes is there at once": "seen = []\na = P(3, seen)\na.x\nassert len(a) == 3\nassert seen == ['len']",
    "what the test has changed meanwhile stands": "seen = []\na, b = P(1, seen), P(1, seen)\nassert a == b\nseen.append('mine')\nassert a.count() == len(seen) == 1",
    "objects in sets and as keys": "seen = []\nassert len({P(1, seen), P(1, seen), P(2, seen)}) == 2\nassert {P(1, seen): 1}[P(1, seen)] == 1",
    "an object that the program made": "a, b = made(1), made(1)\nassert a == b and a != made(2)\nassert a.count() == len(a.seen)",
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGED_ASIDE)
def test_what_a_comparison_changes_comes_before_the_next_question(judge: Judge, case: str) -> None:
    row = judge(COUNTING, CHANGED_ASIDE[case])
    assert (row.status, row.error) == (Verdict.PASSED, None)


def _sides() -> tuple[Shared, Shared]:
    return Shared(0), Shared(1)


def _sent(value: Any, sender: Shared, receiver: Shared) -> Any:
    def nothing(_: Any) -> Any:
        raise CodecError

    return Decoder(Encoder(nothing, shared=sender).encode(value), nothing, shared=receiver).decode()


def test_a_container_comes_back_as_itself() -> None:
    here, there = _sides()
    xs = [1]
    copy = _sent([xs], here, there)
    assert _sent(copy[0], there, here) is xs


def test_only_what_was_changed_is_told() -> None:
    here, there = _sides()
    xs: dict[str, list[int]] = {"a": [1], "b": []}
    _sent(xs, here, there)
    assert here.changed(between=False) == set()
    xs["a"].append(2)
    assert [here[number] for number in here.changed(between=False)] == [[1, 2]]
    assert [here[number] for number in here.changed(between=True)] == [[1, 2]]


def test_in_the_middle_of_a_call_only_the_latest_are_looked_at() -> None:
    here, there = _sides()
    xs: list[list[int]] = [[] for _ in range(100)]
    _sent(xs, here, there)
    xs[0].append(1)
    assert here.changed(between=True) == set()
    _sent(xs[0], here, there)
    assert len(here.changed(between=True)) == 1


def test_what_nobody_refers_to_is_dropped_with_what_it_held() -> None:
    here, there = _sides()
    kept: list[Any] = [[]]
    _sent([[1], kept], here, there)
    assert len(here.drop_unused(set(), between=False)) == 2
    assert len(here) == 2
    kept[0] += range(5000)
    assert len(here.drop_unused(set(), between=False)) == 1


def test_a_judge_lets_go_of_what_a_program_gave_without_a_collection() -> None:
    session = Session(cast(Watch, None))
    exec("def check(): pass", session.names)
    kept = [weakref.ref(thing) for thing in (session, session.mirrors, session.names["check"])]
    gc.disable()
    try:
        session.forget()
        del session
        assert [reference() for reference in kept] == [None] * 3
    finally:
        gc.enable()


@pytest.mark.parametrize("number", [0, 1, 3])
def test_no_number_is_given_twice_or_by_the_other_side(number: int) -> None:
    there = Shared(1)
    there.receive(0, [])
    with pytest.raises(ValueError, match="taken"):
        there.receive(number, [])


@pytest.mark.parametrize("depth", range(8))
def test_what_is_nested_too_deep_is_withdrawn_wherever_that_is_noticed(judge: Judge, depth: int) -> None:
    source = f"""
class Told:
    code = 6
def deeper(left, action):
    return action() if left == 0 else deeper(left - 1, action)
def attempt(tell):
    nested = []
    for _ in range(900):
        nested = [nested]
    try:
        tell(Told(), nested)
    except Exception:
        return Told()
def f(tell):
    return deeper({depth}, lambda: attempt(tell))
"""
    row = judge(source, "assert f(lambda *a: None).code == 6")
    assert (row.status, row.error) == (Verdict.PASSED, None)
