"""Exercises whose right references a sandbox may take for wrong: each is checked as a user would."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from egcfg_sandbox import Sandbox, missing_packages, why_inside
from egcfg_tui.exercises import Exercise, load
from egcfg_tui.exercises.checking import check_references
from egcfg_tui.exercises.packages import require_packages

CHECKER = '''
import numpy as np
def generate_test_case(number):
    return {value}
def exec_test(result, answer):
    {compare}
exec_context = r"""
import numpy as np
{before}
[insert]
{after}
"""
def test_execution(solution):
    test_input, answer = generate_test_case(1)
    env = {{"test_input": test_input}}
    exec(exec_context.replace("[insert]", solution), env)
    exec_test(env["result"], answer)
'''


def question(
    code: str, reference: str, value: str, compare: str, *, before: str = "", after: str = ""
) -> str:
    context = CHECKER.format(value=value, compare=compare, before=before, after=after)
    row: dict[str, Any] = {"prompt": code, "reference_code": reference, "code_context": context}
    return json.dumps(row | {"metadata": {"problem_id": 1, "library": "X", "library_problem_id": 1}})


def data(given: str) -> str:
    asked = "result = ... # put solution in this variable"
    return f"Problem:\nDo it.\nA:\n<code>\n{given}\n</code>\n{asked}\n<code>\n"


SAME = "np.testing.assert_allclose(result, answer)"
DATA = {
    "matrix": question(
        data("import numpy as np\nm = np.matrix([[1, 2]])"), "result = np.asarray(m).sum()\n",
        "np.matrix([[1, 2]]), 3", SAME, before="m = test_input",
    ),
    "sparse matrix": question(
        data("from scipy.sparse import csr_matrix\nm = csr_matrix([[4]])"), "result = m.sum()\n",
        "__import__('scipy.sparse').sparse.csr_matrix([[4]]), 4", SAME, before="m = test_input",
    ),
    "model": question(
        data("from sklearn.linear_model import LinearRegression\nx = [[1], [2]]"),
        "from sklearn.linear_model import LinearRegression\nresult = LinearRegression().fit(x, [2, 4])\n",
        "[[1], [2]], [2.0]", "np.testing.assert_allclose(result.coef_, answer)", before="x = test_input",
    ),
    "plot": question(
        "import matplotlib.pyplot as plt\n# draw 0 and 1 in red\n# SOLUTION START\n",
        "plt.plot([0, 1], color='r')\n",
        "None, None", "import matplotlib.pyplot as plt; assert plt.gca().get_lines()[0].get_color() == 'r'",
        before="import matplotlib.pyplot as plt", after="plt.savefig('output.png')\nresult = None",
    ),
    "table": question(
        data("import pandas as pd\nt = pd.DataFrame({'a': [1, 9]})"),
        "result = t.a.groupby(pd.cut(t.a, [0, 5, 10])).sum()\n",
        "__import__('pandas').DataFrame({'a': [1, 9]}), [1, 9]", "assert list(result) == answer",
        before="import pandas as pd\nt = test_input",
    ),
    "function with parameters": question(
        "Problem:\nAdd.\nA:\n<code>\nimport numpy as np\n"
        "def f(a, b):\n    # result = f(a, b)\n    ### BEGIN SOLUTION",
        "    return a + b\n", "(1, 2), 3", SAME, before="def f(a, b):", after="result = f(*test_input)",
    ),
}  # fmt: skip

TOML = {
    "cursor": (
        "rows", "def rows(cursor):\n    return cursor.execute('select 1').fetchall()",
        "import sqlite3\nassert rows(sqlite3.connect(':memory:').cursor()) == [(1,)]",
    ),
    "exception of a library": (
        "safe", "import subprocess\ndef safe():\n    try:\n        subprocess.check_call('x')\n"
        "    except subprocess.CalledProcessError:\n        return 1",
        "import subprocess\nfrom unittest.mock import patch\n"
        "error = subprocess.CalledProcessError(1, 'x')\n"
        "with patch('subprocess.check_call', side_effect=error):\n    assert safe() == 1",
    ),
    "patched randomness of the system": (
        "salt", "import os\ndef salt():\n    return os.urandom(2)",
        "from unittest.mock import patch\n"
        "with patch('os.urandom', return_value=b'ab'):\n    assert salt() == b'ab'",
    ),
    "one stream of random numbers": (
        "roll", "import random\ndef roll():\n    return random.random()",
        "import random\nrandom.seed(3)\nx = [random.random(), random.random()]\n"
        "random.seed(3)\nassert [random.random(), roll()] == x",
    ),
    "search path": (
        "search", "import sys\ndef search(folder):\n    sys.path.append(folder)",
        "import sys\nsearch('/x')\nassert sys.path[-1] == '/x'",
    ),
    "builtin namespaces": (
        "counts", "def counts():\n    return sorted(globals())[0] and 1", "assert counts() == 1",
    ),
}  # fmt: skip

FILES = {
    "prepared doctest": {
        "draw.py": '"""Draws."""\nimport random\n\ndef draw(xs):\n    """One.\n\n'
        '    >>> random.seed(1)\n    >>> draw([1, 2]) in (1, 2)\n    True\n    """\n'
        "    return random.choice(xs)\n",
    },
    "package of the file": {
        "draw.py": '"""Draws."""\nimport numpy as np\n\ndef draw(xs):\n'
        '    """Sum.\n\n    >>> draw([1, 2])\n    3\n    """\n    return int(np.sum(xs))\n',
    },
    "module beside it": {
        "draw.py": '"""Draws."""\n\ndef draw(xs):\n    """Sum."""\n    return sum(xs.values())\n',
        "test_draw.py": "from draw import draw\nfrom cases import CASES\n"
        "def test_all():\n    for case, total in CASES:\n        assert draw(case) == total\n",
        "cases.py": "CASES = [\n" + '    ({"a": 1, "b": {1: 2}[1]}, 3),\n' * 200 + "]\n",
    },
    "patched name of the module": {
        "draw.py": '"""Draws."""\n\ndef draw(name):\n    """First line."""\n'
        "    with open(name) as file:\n        return file.readline()\n",
        "test_draw.py": "import io\nfrom unittest import mock, TestCase\nfrom draw import draw\n"
        "text = lambda name: io.StringIO('x')\n"
        "class DrawTest(TestCase):\n    @mock.patch('draw.open', side_effect=text, create=True)\n"
        "    def test_it(self, opened):\n        self.assertEqual(draw('n'), 'x')\n",
    },
    "data beside it": {
        "draw.py": '"""Draws."""\nfrom pathlib import Path\n\ndef draw():\n    """First word."""\n'
        '    return Path(__file__).with_name("words.txt").read_text().split()[0]\n',
        "test_draw.py": "from draw import draw\ndef test_it():\n    assert draw() == 'one'\n",
        "words.txt": "one two",
    },
}  # fmt: skip


def outcome(sandbox: Sandbox, exercise: Exercise) -> list[tuple[str, str | None]]:
    require_packages(exercise)
    (check,) = check_references([exercise], sandbox.run_many)
    for test, shown in zip(check.tests, (*exercise.visible, *exercise.hidden), strict=True):
        assert test.result.guarded is (why_inside(shown) is None)
    return [(test.name, test.result.error) for test in check.failures]


@pytest.fixture(scope="module")
def equipped() -> Any:
    with Sandbox(packages=True) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", DATA)
def test_questions_on_data(equipped: Sandbox, tmp_path: Path, name: str) -> None:
    if missing_packages(["numpy", "pandas", "scipy", "sklearn", "matplotlib"]):
        pytest.skip("the extra `data` is not installed")
    (tmp_path / "q.jsonl").write_text(DATA[name])
    assert outcome(equipped, load(str(tmp_path / "q.jsonl"))) == []


@pytest.mark.parametrize("name", TOML)
def test_tests_that_share_more_than_values(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    entry_point, reference, code = TOML[name]
    text = f"title = 'T'\nstatement = 'S'\nentry_point = '{entry_point}'\nreference = '''\n{reference}\n'''\n"
    (tmp_path / "t.toml").write_text(f'{text}[[visible]]\ncode = """\n{code}\n"""\n')
    assert outcome(sandbox, load(str(tmp_path / "t.toml"))) == []


@pytest.mark.parametrize("name", FILES)
def test_python_files_with_what_lies_beside_them(equipped: Sandbox, tmp_path: Path, name: str) -> None:
    for file, text in FILES[name].items():
        (tmp_path / file).write_text(text)
    assert outcome(equipped, load(str(tmp_path / "draw.py"))) == []


def test_an_answer_that_is_none_is_there(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "n.toml").write_text(
        "title = 'T'\nstatement = 'S'\nkind = 'data'\nentry_point = 'first'\ngiven = 'xs = []'\n"
        "reference = 'first = next(iter(xs), None)'\n[[visible]]\ncode = 'assert first is None'\n"
    )
    exercise = load(str(tmp_path / "n.toml"))
    assert outcome(sandbox, exercise) == []
    assert why_inside(exercise.visible[0]) is None


def test_what_is_not_installed_is_named_and_not_a_failure(tmp_path: Path) -> None:
    (tmp_path / "draw.py").write_text(
        'import no_such\ndef draw(x):\n    """Yes.\n\n    >>> draw(1)\n    2\n    """\n    return 2\n'
    )
    assert load(str(tmp_path / "draw.py")).packages == ("no_such",)
