"""A test that captures what is printed, or gives what is read, does so for the program as well."""

# ruff: noqa: E501 (a test reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

CAPTURED = """
import contextlib, io
f(0)
with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
    f(1)
f(2)
assert (out.getvalue(), err.getvalue()) == ("hi 1\\n", "ho\\n")
"""
PATCHED = """
import io, unittest
from unittest.mock import patch
class T(unittest.TestCase):
    @patch("sys.stdout", new_callable=io.StringIO)
    def test_output(self, out):
        f(1)
        self.assertEqual(out.getvalue(), "hi 1\\n")
    def test_print(self):
        with patch("builtins.print") as printed: f(2)
        printed.assert_any_call("hi", 2)
"""
PRINTS = "import sys\ndef f(x):\n    print('hi', x)\n    print('ho', file=sys.stderr)"
ASKS = "def f(): return int(input()) + int(input('more? '))"
GIVEN = {
    "stdin": "import io, sys\nsys.stdin = io.StringIO('4\\n5\\n')\nassert f() == 9",
    "stdin twice": "import io, sys\nfor a in (1, 2):\n    sys.stdin = io.StringIO(f'{a}\\n{a}\\nleft')\n    assert f() == 2 * a",
    "stdin in two calls": "import io, sys\nsys.stdin = io.StringIO('1\\n2\\n3\\n4')\nassert f() == 3 and f() == 7",
    "input": "import builtins\nanswers = iter('45')\nbuiltins.input = lambda text='': next(answers)\nassert f() == 9",
    "mock": "from unittest.mock import patch\nwith patch('builtins.input', side_effect=['4', '5']):\n    assert f() == 9",
}


@pytest.mark.parametrize("test", [CAPTURED, PATCHED])
def test_what_the_program_prints_is_captured(judge: Judge, test: str) -> None:
    row = judge(PRINTS, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(PRINTS.replace("hi", "ha"), test).passed


@pytest.mark.parametrize("case", GIVEN)
def test_what_the_test_gives_is_read(judge: Judge, case: str) -> None:
    row = judge(ASKS, GIVEN[case])
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert not judge(ASKS.replace("+", "-"), GIVEN[case]).passed


def test_an_input_that_was_put_back_reads_no_more(judge: Judge) -> None:
    test = "from unittest.mock import patch\nwith patch('builtins.input', return_value='1'):\n    f()\nf()"
    row = judge("def f(): return input()", test)
    assert row.status is Verdict.ERROR
    assert (row.error or "").startswith("EOFError")
