"""Warnings and log records of the program reach a test that looks for them."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict

CASE = "import logging, unittest, warnings\nclass T(unittest.TestCase):\n    def test(self):\n        "
WARNS = "import warnings\nclass Old(DeprecationWarning): pass\ndef f(x):\n    warnings.warn('old ' + x, Old)\n    return x"
LOGS = (
    "import logging\nlog = logging.getLogger('app.core')\ndef f(x):\n    log.info('got %s', x)\n    return x"
)
HEARD = {
    "recorded": (WARNS, "import warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('always')\n    assert f('a') + f('b') == 'ab'\nassert [str(x.message) for x in w] == ['old a', 'old b'] and issubclass(w[0].category, Old)"),
    "made an error": (WARNS, "import warnings\nwarnings.simplefilter('error')\ntry: f('a')\nexcept Old as error: assert str(error) == 'old a'\nelse: assert False"),
    "asserted": (WARNS, CASE + "with self.assertWarnsRegex(Old, 'old a') as caught: self.assertEqual(f('a'), 'a')\n        self.assertEqual(caught.lineno, 4)"),
    "logs": (LOGS, CASE + "with self.assertLogs('app', level='INFO') as logs: f(3)\n        self.assertEqual(logs.output, ['INFO:app.core:got 3'])"),
    "handler": (LOGS, "import io, logging\nout = io.StringIO()\nlogging.basicConfig(stream=out, level=logging.INFO, format='%(message)s')\nf(3)\nassert out.getvalue() == 'got 3\\n'"),
}  # fmt: skip


@pytest.mark.parametrize("case", HEARD)
def test_what_the_program_says_is_heard(judge: Judge, case: str) -> None:
    source, test = HEARD[case]
    row = judge(source, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    for wrong in (source.replace("old ", "new ").replace("got", "had"), source.replace("    warnings.warn", "    str").replace("log.info", "str")):  # fmt: skip
        assert not judge(wrong, test).passed


SILENT = [
    (WARNS, "import warnings\nwith warnings.catch_warnings(record=True) as w:\n    warnings.simplefilter('ignore')\n    f('a')\nassert w == []"),
    (WARNS, "import warnings\nwith warnings.catch_warnings(record=True) as w: warnings.simplefilter('always')\nf('a')\nassert w == []"),
    (LOGS, CASE + "with self.assertLogs('app', level='WARNING') as logs:\n            f(3)\n            logging.getLogger('app').warning('own')\n        self.assertEqual(len(logs.output), 1)"),
    (LOGS, CASE + "with self.assertNoLogs('app', level='WARNING'): f(3)"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "test"), SILENT)
def test_what_the_test_does_not_want_is_not_heard(judge: Judge, source: str, test: str) -> None:
    row = judge(source, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
