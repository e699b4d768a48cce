"""Mocks and patches of a test work in the program's hands, and nothing else of a mock does."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

MOCK = "from unittest.mock import Mock, MagicMock, call, mock_open, patch\n"
USES = {
    "attributes": ("def f(db): return db.get('k') + db.size", "def f(db): return db.get('j') + db.size", "db = Mock(size=3)\ndb.get.return_value = 4\nassert f(db) == 7\ndb.get.assert_called_once_with('k')"),
    "attribute set": ("def f(m):\n    m.state = 'on'\n    return m.next()", "def f(m): return m.next()", "m = Mock(state='off')\nm.next.side_effect = [1, 2]\nassert (f(m), f(m), m.state) == (1, 2, 'on')"),
    "context and iteration": ("def f(g):\n    with g('x') as h: return h.read(), len(h), list(h)", "def f(g): return 'data', 2, [5, 6]", "m = MagicMock()\nh = m.return_value.__enter__.return_value\nh.read.return_value = 'data'\nh.__len__.return_value = 2\nh.__iter__.return_value = [5, 6]\nassert f(m) == ('data', 2, [5, 6])\nm.assert_called_once_with('x')"),
    "exception": ("def f(m):\n    try: m.run()\n    except KeyError: return 'k'", "def f(m): return 'v'", "m = Mock()\nm.run.side_effect = KeyError\nassert f(m) == 'k'"),
    "with": (
        "def f(m):\n    with m as value: return value",
        "def f(m): return 5",
        "m = MagicMock()\nm.__enter__.return_value = 5\nassert f(m) == 5\nm.__enter__.assert_called_once_with()\nm.__exit__.assert_called_once_with(None, None, None)",
    ),
    "open": ("def f(path):\n    with open(path) as file: return file.read().upper()", "def f(path):\n    with open(path) as file: return file.read()", "with patch('builtins.open', mock_open(read_data='abc')) as opened:\n    assert f('x') == 'ABC'\nopened.assert_called_once_with('x')"),
    "sleep": ("import time\ndef f(s):\n    time.sleep(s)\n    return s", "def f(s): return s", "with patch('time.sleep') as slept:\n    assert f(1000) == 1000\nslept.assert_called_once_with(1000)"),
    "time and chance": ("import random, time\ndef f(): return time.time(), random.randint(1, 6)", "def f(): return 5, 4", "with patch('time.time', return_value=5), patch('random.randint', return_value=3):\n    assert f() == (5, 3)\nassert f()[0] > 5"),
    "method of a class": ("class S:\n    def get(self): return 1\n    def run(self): return self.get() + 1", "class S:\n    def get(self): return 1\n    def run(self): return 2", "with patch.object(S, 'get', return_value=10):\n    assert S().run() == 11\nassert S().run() == 2"),
    "in place of a function of the program": ("def g(x): return x\ndef f(x): return g(x) + 1", "def g(x): return x\ndef f(x): return 6", "from unittest.mock import patch\nwith patch('__main__.g', return_value=5) as given:\n    assert f(1) == 6\n    given.assert_called_once_with(1)\nassert f(1) == 2"),
    "in place of a function, by the module's name": ("def g(x): return x\ndef f(x): return g(x) + 1", "def g(x): return x\ndef f(x): return x + 1", "from unittest.mock import patch\nimport unittest\nclass T(unittest.TestCase):\n    @patch(f'{__name__}.g')\n    def test(self, given):\n        given.side_effect = [5, 7]\n        self.assertEqual([f(1), f(2)], [6, 8])"),
    "after a class of the program": ("class A:\n    def go(self, x): return x\ndef f(a): return a.go(3)", "class A:\n    def go(self, x): return x\ndef f(a): return 4", "from unittest.mock import Mock\nm = Mock(spec=A)\nm.go.return_value = 4\nassert f(m) == 4 and isinstance(m, A)\nm.go.assert_called_once_with(3)\ntry: m.stop\nexcept AttributeError: pass\nelse: assert False"),
}  # fmt: skip


@pytest.mark.parametrize("case", USES)
def test_it_holds_and_a_wrong_use_does_not(judge: Judge, case: str) -> None:
    right, wrong, test = USES[case]
    row = judge(right, MOCK + test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, MOCK + test).status is Verdict.FAILED


FORGING = [
    "m.assert_called_once_with = lambda *a: None",
    "m.run.assert_called_once_with = lambda *a: None",
    "setattr(m, '_mock_methods', None)",
    "m.run(5); m.run.mock_calls.clear(); m.run.reset_mock(); m.run.call_count = 1",
    "m.run.call_args = ((2,), {})",
    "m.configure_mock(**{'run.assert_called_once_with': print})",
    "m.run = print",
    "m.run = type('E', (), {'assert_called_once_with': lambda *a: None})()",
    "m.run = type('E', (Exception,), {'assert_called_once_with': lambda *a: None})()",
    "e = ValueError(); e.assert_called_once_with = lambda *a: None; m.run = e",
    "m.run = type('E', (int,), {'assert_called_once_with': lambda *a: None})()",
    "m.run.call_args.__eq__ = lambda o: True",
    "m.run(type('E', (), {'__eq__': lambda s, o: True, '__hash__': lambda s: hash(2)})())",
    "m.run(type('E', (int,), {'__eq__': lambda s, o: True, '__hash__': int.__hash__})())",
]


@pytest.mark.parametrize("trick", FORGING)
def test_no_trick_passes_for_a_call(judge: Judge, trick: str) -> None:
    test = MOCK + "m = Mock()\nf(m)\nm.run.assert_called_once_with(2)"
    source = f"def f(m):\n    try: {trick}\n    except AttributeError: pass"
    assert judge(source, test).status in (Verdict.FAILED, Verdict.ERROR)
    assert judge("def f(m): m.run(2)", test).status is Verdict.PASSED


@pytest.mark.parametrize("trick", ["m.await_count = 1", "m.x = m.await_count = 1", "m.await_args = ((), {})"])
def test_nothing_passes_for_an_await(judge: Judge, trick: str) -> None:
    test = "from unittest.mock import AsyncMock\nm = AsyncMock()\nf(m)\nm.assert_awaited_once()"
    assert not judge(f"def f(m): {trick}", test).passed


def test_an_object_in_a_mocks_place_asserts_nothing(judge: Judge) -> None:
    test = MOCK + "a = A()\na.run = Mock()\na.go()\na.run.assert_called_once_with(2)"
    source = "class A:\n    run = type('E', (), {'assert_called_once_with': lambda *a: None})()\n    def __setattr__(self, name, value): pass\n    def go(self): pass"
    assert not judge(source, test).passed
    assert judge("class A:\n    def go(self): self.run(2)", test).passed


@pytest.mark.parametrize("name", ["return_value", "side_effect", "mock_calls", "_mock_children", "__dict__"])
def test_what_a_mock_will_answer_cannot_be_read(judge: Judge, name: str) -> None:
    source = f"def f(m):\n    try: return len(str(m.run.{name}))\n    except AttributeError: return 'closed'"
    row = judge(source, MOCK + "m = Mock()\nm.run.return_value = 851723\nassert f(m) in ('closed', 2)")
    assert (row.status, row.error) == (Verdict.PASSED, None)
