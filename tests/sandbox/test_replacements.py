"""What a test puts in the place of Python's functions, classes and variables is what the program finds."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import ast

import pytest
from support.judging import Judge

from egcfg_sandbox import Verdict
from egcfg_sandbox.judge.replacements import named_in

USES = {
    "a function": ("import os\ndef f(path): return os.path.exists(path)", "def f(path): return True", "from unittest.mock import patch\nwith patch('os.path.exists', return_value=True): assert f('x') is True\nassert f('x') is False"),
    "a function and what it was called with": ("import os\ndef f(path): return sorted(os.listdir(path))", "def f(path): return ['a', 'b']", "from unittest.mock import patch\nwith patch('os.listdir', return_value=['b', 'a']) as listed:\n    assert f('x') == ['a', 'b']\n    listed.assert_called_once_with('x')"),
    "an object's": ("import os\ndef f(path): return sorted(os.listdir(path))", "import os\ndef f(path): return os.listdir(path)", "import os\nfrom unittest.mock import patch\nwith patch.object(os, 'listdir', return_value=['b', 'a']): assert f('x') == ['a', 'b']"),
    "assigned": ("import math\ndef f(x): return math.sqrt(x) + 1", "def f(x): return x ** 0.5 + 1", "import math\nmath.sqrt = lambda x: x * 10\nassert f(4) == 41"),
    "set": ("import glob\ndef f(): return len(glob.glob('*'))", "def f(): return 0", "import glob\nsetattr(glob, 'glob', lambda pattern: [pattern] * 3)\nglob.x = 1\nassert f() == 3"),
    "another program": ("import subprocess\ndef f(x): return subprocess.run([x], capture_output=True, text=True).stdout.strip()", "def f(x): return 'hi '", "from unittest.mock import MagicMock, patch\nwith patch('subprocess.run', return_value=MagicMock(stdout=' hi ', returncode=0)) as run:\n    assert f('ls') == 'hi'\nassert run.call_args.args == (['ls'],)"),
    "the network": ("import urllib.request\ndef f(url):\n    with urllib.request.urlopen(url) as answer: return answer.read().decode()", "def f(url): return url", "from unittest.mock import patch\nwith patch('urllib.request.urlopen') as urlopen:\n    urlopen.return_value.__enter__.return_value.read.return_value = b'hi'\n    assert f('http://x') == 'hi'"),
    "a class": ("import smtplib\ndef f(who):\n    server = smtplib.SMTP('host', 25)\n    server.sendmail('me', who, 'text')\n    server.quit()", "import smtplib\ndef f(who):\n    server = smtplib.SMTP('host', 25)\n    server.sendmail('me', 'who', 'text')", "from unittest.mock import patch\nwith patch('smtplib.SMTP') as server: f('you')\nserver.assert_called_once_with('host', 25)\nserver.return_value.sendmail.assert_called_once_with('me', 'you', 'text')\nserver.return_value.quit.assert_called_once()"),
    "a class by its method": ("import datetime\ndef f(): return datetime.datetime.now().year", "def f(): return 1998", "import datetime\nfrom unittest.mock import patch\nwith patch('datetime.datetime') as clock:\n    clock.now.return_value = datetime.date(1999, 1, 1)\n    assert f() == 1999"),
    "a decorated test": ("import shutil\ndef f(a, b):\n    shutil.copy(a, b)\n    return b", "def f(a, b): return b", "import unittest\nfrom unittest.mock import patch\nclass T(unittest.TestCase):\n    @patch('shutil.copy')\n    def test(self, copy):\n        self.assertEqual(f('a', 'b'), 'b')\n        copy.assert_called_once_with('a', 'b')"),
    "in several steps": ("import os\ndef f(): return sum(len(names) for _, _, names in os.walk('x'))", "def f(): return 3", "from unittest.mock import patch\nfor n in range(3):\n    with patch('os.walk', return_value=[('r', [], ['a'] * n), ('s', [], ['b'])]): assert f() == n + 1"),
    "what raises": ("import json\ndef f(text):\n    try: return json.loads(text)\n    except ValueError: return None", "import json\ndef f(text): return json.loads(text)", "from unittest.mock import patch\nwith patch('json.loads', side_effect=ValueError('no')): assert f('1') is None\nassert f('1') == 1"),
    "an exit": ("import sys\ndef f(x):\n    if x < 0: sys.exit(3)\n    return x", "def f(x): return x", "from unittest.mock import patch\nwith patch('sys.exit') as left: f(-1)\nleft.assert_called_once_with(3)\nassert f(2) == 2"),
    "arguments": ("import sys\ndef f(): return sys.argv[1:]", "def f(): return ['b']", "import sys\nfrom unittest.mock import patch\nwith patch.object(sys, 'argv', ['x', 'a']): assert f() == ['a']\nsys.argv = ['x', 'b', 'c']\nassert f() == ['b', 'c']"),
    "environment": ("import os\ndef f(): return os.environ.get('HOME'), os.getenv('KEY', 'none')", "def f(): return None, '1'", "import os\nfrom unittest.mock import patch\nwith patch.dict(os.environ, {'KEY': '1'}): assert f() == (None, '1')\nwith patch.dict('os.environ', {'KEY': '2'}, clear=True): assert f() == (None, '2')\nassert f() == (None, 'none')\nos.environ['KEY'] = '3'\nassert f()[1] == '3'"),
    "a number": ("import sys\ndef f(x): return x > sys.maxsize", "def f(x): return x > 7", "from unittest.mock import patch\nwith patch('sys.maxsize', 5): assert f(6) is True\nassert f(8) is False"),
}  # fmt: skip


@pytest.mark.parametrize("case", USES)
def test_the_program_finds_what_the_test_put_there(judge: Judge, case: str) -> None:
    right, wrong, test = USES[case]
    row = judge(right, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test).status in (Verdict.FAILED, Verdict.ERROR)


def test_what_carries_the_answers_stays(judge: Judge) -> None:
    source = "import os\ndef f(x): return x + 1"
    test = "import os\nfrom unittest.mock import patch\nwith patch('os.getpid', return_value=1), patch('sys.setrecursionlimit'):\n    assert f(1) == 2"
    assert judge(source, test).status is Verdict.PASSED
    assert judge(source.replace("x + 1", "x"), test).status is Verdict.FAILED


@pytest.mark.parametrize(
    ("test", "places"),
    [
        ("patch('os.path.exists')", {("os.path", "exists")}),
        ("import os.path as p\npatch.object(p, 'exists')", {("os.path", "exists")}),
        ("from os import path\npatch.object(path, 'exists')", {("os", "exists"), ("os.path", "exists")}),
        ("import time\ntime.sleep = print\ndel time.x", {("time", "sleep"), ("time", "x")}),
        ("import time\ntime.sleep(1)\nassert f('a b') == 'x.y' and f('no.') == '-no'", set()),
        ("import this_one\nthis_one.x = 1\npatch('this.x'), patch('__main__.f'), patch('os.getpid')", set()),
        ("from . import time\nx.y = 1", set()),
    ],
)
def test_places_are_found_in_texts_and_assignments(test: str, places: set[tuple[str, str]]) -> None:
    assert named_in([ast.parse(test)]) == places
