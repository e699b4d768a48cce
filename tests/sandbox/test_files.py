"""Test and program have one scratch folder, which nothing outlives and through which nothing is forged."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge, layer_is_on

from egcfg_sandbox import Sandbox, Verdict


@pytest.fixture(autouse=True)
def _needs_mounts(sandbox: Sandbox) -> None:
    if not layer_is_on(sandbox, "mount_namespace"):
        pytest.skip("there is no scratch folder without mounts of one's own")


COUNT = "def count(path):\n    with open(path) as file: return len(file.read().split())"
WRONG_COUNT = COUNT.replace("len(file.read().split())", "3 + 0 * len(file.read())")
SAVE = "def save(path, text):\n    with open(path, 'w') as file: file.write(text)"
WRONG_SAVE = SAVE.replace("write(text)", "write(text[:-1])")
USES = {
    "a named temporary file": (COUNT, WRONG_COUNT, "import tempfile\nwith tempfile.NamedTemporaryFile('w') as file:\n    file.write('a b')\n    file.flush()\n    assert count(file.name) == 2"),
    "a path": (COUNT, WRONG_COUNT, "from pathlib import Path\nPath('x.txt').write_text('a b')\nassert count('x.txt') == 2 and count(Path('x.txt').absolute()) == 2"),
    "/tmp": (COUNT, WRONG_COUNT, "with open('/tmp/x', 'w') as file: file.write('a b')\nassert count('/tmp/x') == 2"),
    "a folder": (SAVE, WRONG_SAVE, "import os, tempfile\nwith tempfile.TemporaryDirectory() as folder:\n    path = os.path.join(folder, 'x')\n    save(path, 'abc')\n    assert open(path).read() == 'abc'\nassert not os.path.exists(folder)"),
    "folders, copied and removed": (SAVE, WRONG_SAVE, "import os, shutil\nos.makedirs('a/b')\nsave('a/b/c', 'xyz')\nshutil.copytree('a', 'd')\nshutil.rmtree('a')\nassert os.listdir('.') == ['d'] and open('d/b/c').read() == 'xyz'"),
    "unittest": (SAVE, WRONG_SAVE, "import os, tempfile, unittest\nclass T(unittest.TestCase):\n    def setUp(self):\n        self.folder = tempfile.mkdtemp()\n        self.addCleanup(os.rmdir, self.folder)\n    def test(self):\n        path = os.path.join(self.folder, 'x')\n        save(path, 'abc')\n        with open(path) as file: self.assertEqual(file.read(), 'abc')\n        os.remove(path)"),
    "tables": ("import csv\ndef f(path):\n    with open(path, newline='') as file: return [dict(row) for row in csv.DictReader(file)]", "import csv\ndef f(path):\n    with open(path, newline='') as file: return [dict(row) for row in csv.DictReader(file)][:1]", "import csv\nwith open('t.csv', 'w', newline='') as file: csv.writer(file).writerows([['a', 'b'], [1, 2], [3, 4]])\nassert f('t.csv') == [{'a': '1', 'b': '2'}, {'a': '3', 'b': '4'}]"),
    "a database": ("import sqlite3\ndef f(path):\n    with sqlite3.connect(path) as base: base.execute('insert into t values (2)')", "def f(path): pass", "import sqlite3\nbase = sqlite3.connect('x.db')\nbase.execute('create table t (a)')\nbase.commit()\nf('x.db')\nassert base.execute('select a from t').fetchall() == [(2,)]"),
    "a module of the test": (COUNT, WRONG_COUNT, "import pathlib, sys\npathlib.Path('m.py').write_text('found = 3')\nsys.path.insert(0, '.')\nimport m\nassert m.found == 3 and count('m.py') == 3 and count(str(pathlib.Path('m.py').rename('n'))) == 3\nopen('n', 'a').write(' 4')\nassert count('n') == 4"),
    "the folder they begin in": ("import os\ndef f(): return os.getcwd(), os.listdir()", "import os\ndef f(): return os.getcwd(), []", "import os\nopen('x', 'w').close()\nassert f() == (os.getcwd(), ['x'])"),
}  # fmt: skip


@pytest.mark.parametrize("case", USES)
def test_a_file_of_one_is_there_for_the_other(judge: Judge, case: str) -> None:
    right, wrong, test = USES[case]
    row = judge(right, test)
    assert (row.status, row.error) == (Verdict.PASSED, None)
    assert judge(wrong, test).status in (Verdict.FAILED, Verdict.ERROR)


@pytest.mark.parametrize("imports", ["", "import os\n"])
def test_what_a_test_leaves_is_gone_before_the_next(judge: Judge, imports: str) -> None:
    """With an import the judge's process is a new one each time, without it the same."""
    source = "import os\nfrom pathlib import Path\nhere = Path('x')\ndef f(): return os.listdir()"
    test = f"{imports}assert f() == []\nhere.write_text('left')\nassert f() == ['x']"
    for _ in range(8):
        row = judge(source, test)
        assert (row.status, row.error) == (Verdict.PASSED, None)


HOSTILE = {
    "a link to what only others may read": ("import os\ndef save(path): os.symlink('/etc/passwd', path)", "save('x')\nassert open('x').read()"),
    "a link to a device": ("import os\ndef save(path): os.symlink('/dev/zero', path)", "save('x')\nassert len(open('x', 'rb').read(9)) == 9"),
    "a link out of the folder": ("import os\ndef save(path): os.symlink('/usr', path)", "import os\nsave('x')\nopen('x/y', 'w').close()\nassert os.path.exists('x/y')"),
    "a pipe nobody writes to": ("import os\ndef save(path): os.mkfifo(path)", "save('x')\nassert open('x').read() == ''"),
    "more than a file may hold": ("def save(path): open(path, 'wb').write(bytes(1000))", "save('x')\nopen('x', 'wb').write(bytes(5 << 20))"),
    "more than all files may hold": ("def save(path): open(path, 'wb').write(bytes(4000))", "for i in range(9): save(f'x{i}'), open(f'y{i}', 'wb').write(bytes(3 << 20))"),
}  # fmt: skip


@pytest.mark.parametrize("case", HOSTILE)
def test_nothing_but_files_is_reached_through_it(judge: Judge, case: str) -> None:
    source, test = HOSTILE[case]
    assert judge(source, test, wall_s=2.0).status in (Verdict.FAILED, Verdict.ERROR, Verdict.TIMEOUT)
    assert judge("def f(x): return 2", "assert f(1) == 2").status is Verdict.PASSED
