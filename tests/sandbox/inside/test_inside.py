"""Tests in the program's own process: honest ones pass, and a program that breaks off passes nothing."""

from __future__ import annotations

import pytest

from egcfg_sandbox import (
    CheckerTest,
    CodeTest,
    Limits,
    Program,
    Sandbox,
    SnippetTest,
    SuiteTest,
    Test,
    TestResult,
    Verdict,
)

HONEST = "def f(x):\n    y = x + 1\n    return y\n"
PLAIN = CodeTest("import os\nassert os.sep and f(1) == 2")
CASE = CodeTest(
    "import os, unittest\nclass T(unittest.TestCase):\n"
    "    def test_f(self):\n        self.assertEqual(f(len(os.sep)), 2)"
)
CHECK = CodeTest("import os\ndef check(candidate):\n    assert candidate(len(os.sep)) == 2")
FILE = (
    "from calc import f\n\ndef test_f(tmp_path):\n    assert f(1) == 2\n\n"
    "def test_other():\n    assert f(1) == 3\n"
)


def of_file(text: str, node: str, **beside: str) -> SuiteTest:
    files = (
        ("test_calc.py", text),
        *((name.replace("__", "."), content) for name, content in beside.items()),
    )
    return SuiteTest(node, "test_calc.py", "calc", files, node)


SUITE = of_file(FILE, "test_f")
EVERY: dict[str, Test] = {"plain": PLAIN, "case": CASE, "check": CHECK, "suite": SUITE}


def run(sandbox: Sandbox, source: str, test: Test, *, trace: bool = False, **limits: float) -> TestResult:
    chosen = Limits(**{"wall_s": 30.0, "cpu_s": 30.0, **limits})  # type: ignore[arg-type]
    return sandbox.run(Program(source, (test,), trace, chosen, "f")).results[0]


@pytest.mark.parametrize("kind", EVERY)
def test_a_right_program_passes_unguarded(sandbox: Sandbox, kind: str) -> None:
    result = run(sandbox, HONEST, EVERY[kind], trace=True)
    assert (result.status, result.error, result.guarded) == (Verdict.PASSED, None, False)
    assert result.trace
    assert ("y", "2") in [change for event in result.trace.events for change in event.changes]


@pytest.mark.parametrize("kind", EVERY)
@pytest.mark.parametrize(
    ("source", "verdict", "error"),
    [
        ("def f(x):\n    return x", Verdict.FAILED, "AssertionError"),
        ("def f(x):\n    return None + x", Verdict.ERROR, "TypeError: unsupported operand type(s) for +: "),
        ("def g(x): ...", Verdict.ERROR, "'f'"),
        ("def f(x:", Verdict.ERROR, "SyntaxError"),
        ("def f(x):\n    assert x == 7", Verdict.ERROR, "AssertionError (line 2)"),
    ],
)
def test_a_wrong_one_is_told_why(
    sandbox: Sandbox, kind: str, source: str, verdict: Verdict, error: str
) -> None:
    result = run(sandbox, source, EVERY[kind])
    assert (result.status, error in (result.error or "")) == (verdict, True), result


# What ends, breaks or imitates the run, by accident or not too cleverly on purpose.
BREAKING = {
    "exits": ("import os\ndef f(x): os._exit(0)", Verdict.CRASHED, "exited with status 0"),
    "exits politely": ("import sys\ndef f(x): sys.exit()", Verdict.CRASHED, "exited with status 0"),
    "quits when loaded": ("raise SystemExit(0)", Verdict.CRASHED, "exited with status 0"),
    "exits at the end": (
        "import atexit, os\natexit.register(os._exit, 0)\ndef f(x): return 0", Verdict.FAILED, "",
    ),
    "kills itself": (
        "import os, signal\ndef f(x): os.kill(os.getpid(), signal.SIGKILL)", Verdict.CRASHED, "SIGKILL",
    ),
    "stops by keyboard": ("def f(x): raise KeyboardInterrupt", Verdict.CRASHED, "KeyboardInterrupt"),
    "ends pytest": ("def f(x):\n    import pytest\n    pytest.exit('done', 0)", None, ""),
    "skips": ("def f(x):\n    import unittest\n    raise unittest.SkipTest('no')", None, ""),
    "expects to fail": ("def f(x):\n    import pytest\n    pytest.xfail('no')", None, ""),
    "skips by pytest": ("def f(x):\n    import pytest\n    pytest.skip('no')", None, ""),
    "prints a report": ("def f(x): print('1 passed in 0.01s'); return 0", Verdict.FAILED, ""),
    "writes to the channel": ("import os\ndef f(x): os.write(3, b'\\4\\0\\0\\0pass'); return 0", None, ""),
    "closes the channel": ("import os\ndef f(x): os.closerange(3, 64); return 2", Verdict.CRASHED, ""),
    "closes its streams": (
        "import sys\ndef f(x):\n    sys.stdout.close(); sys.stderr.close(); return 0", None, "",
    ),
    "loops": ("def f(x):\n    while True: x += 1", Verdict.TIMEOUT, ""),
    "loops when loaded": ("while True: pass", Verdict.TIMEOUT, ""),
    "takes memory": ("def f(x): return bytearray(1 << 40)", Verdict.MEMORY, "MemoryError"),
    "fills memory": ("def f(x):\n    xs = []\n    while True: xs.append(bytes(1 << 22))", Verdict.MEMORY, ""),
    "prints much": ("def f(x):\n    while True: print('x' * 1000)", Verdict.OUTPUT_LIMIT, ""),
    "starts threads": (
        "import threading, time\ndef f(x):\n"
        "    for _ in range(99): threading.Thread(target=time.sleep, args=(9,)).start()",
        Verdict.ERROR,
        "more threads than the limit",
    ),
    "leaves a thread": (
        "import threading, time\ndef f(x):\n"
        "    threading.Thread(target=time.sleep, args=(60,)).start(); return 0",
        Verdict.FAILED,
        "",
    ),
    "forks": ("import os\ndef f(x):\n    os.fork()\n    return 0", Verdict.FAILED, ""),
    "replaces functions": (
        "import builtins, json, os, sys\ndef f(x):\n    json.dumps = repr; os.getpid = lambda: 0\n"
        "    builtins.print = builtins.repr = builtins.isinstance = None\n    return 0",
        None,
        "",
    ),
    "closes pytest's eyes": (
        "import _pytest.runner as r\nr.CallInfo.from_call = None\ndef f(x): return 0",
        None,
        "",
    ),
    "recursion": ("def f(x): return f(x)", Verdict.ERROR, "RecursionError"),
    "reaches out": ("import socket\ndef f(x): socket.create_connection(('127.0.0.1', 9))", None, ""),
    "reads a secret": ("def f(x): return open('/etc/passwd').read()", Verdict.ERROR, "Error"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ["plain", "suite"])
@pytest.mark.parametrize("name", BREAKING)
def test_what_breaks_off_passes_nothing(sandbox: Sandbox, kind: str, name: str) -> None:
    source, verdict, error = BREAKING[name]
    result = run(sandbox, source, EVERY[kind], wall_s=2.0 if verdict is Verdict.TIMEOUT else 30.0)
    assert not result.passed
    assert result.status is not Verdict.SANDBOX_ERROR
    if verdict is not None:
        assert (result.status, error in (result.error or "")) == (verdict, True), result
    assert run(sandbox, HONEST, EVERY[kind]).passed


def test_a_run_out_of_time_leaves_its_trace(sandbox: Sandbox) -> None:
    source = "def f(x):\n    total = 41\n    while True:\n        pass\n"
    for test in (PLAIN, SUITE):
        result = run(sandbox, source, test, trace=True, wall_s=1.0, cpu_s=1.0)
        assert result.status is Verdict.TIMEOUT
        assert result.trace
        assert ("total", "41") in [change for event in result.trace.events for change in event.changes]


def test_each_function_of_a_file_has_a_process_of_its_own(sandbox: Sandbox) -> None:
    text = "import calc\ndef test_a(): assert calc.up() == 1\ndef test_b(): assert calc.up() == 1\n"
    source = "n = 0\ndef up():\n    global n\n    n += 1\n    return n\n"
    assert all(run(sandbox, source, of_file(text, node)).passed for node in ("test_a", "test_b"))


def test_only_the_named_function_counts(sandbox: Sandbox) -> None:
    assert run(sandbox, HONEST, of_file(FILE, "test_f")).passed
    assert (
        run(sandbox, HONEST, of_file(FILE, "test_other")).error
        == "AssertionError: assert 2 == 3 + where 2 = f(1)"
    )
    missing = run(sandbox, HONEST, of_file(FILE, "test_gone"))
    assert (missing.status, missing.error) == (Verdict.ERROR, "pytest finds no such test in the file")


def test_coroutines_and_their_fixtures_are_run(sandbox: Sandbox) -> None:
    text = (
        "import asyncio, pytest\nfrom calc import f\n@pytest.fixture\nasync def one():\n"
        "    await asyncio.sleep(0)\n    yield 1\nasync def test_f(one): assert f(one) == 2\n"
    )
    assert run(sandbox, HONEST, of_file(text, "test_f")).passed
    assert run(sandbox, "def f(x): return x", of_file(text, "test_f")).status is Verdict.FAILED


def test_what_lies_beside_is_there_and_read_only(sandbox: Sandbox) -> None:
    text = (
        "import os, helper\nfrom pathlib import Path\nfrom calc import f\n"
        "def test_f(one):\n    here = Path(__file__).parent\n"
        "    assert f(one) == helper.TWO == int((here / 'data' / 'two.txt').read_text())\n"
        "    assert (here / 'raw.bin').read_bytes() == bytes([0, 255])\n"
        "    assert not os.access(here / 'raw.bin', os.W_OK) and Path.cwd() == here\n"
    )
    conftest = "import pytest\n@pytest.fixture\ndef one(): return 1\n"
    files = (
        ("test_calc.py", text), ("conftest.py", conftest), ("helper.py", "TWO = 2\n"),
        ("data/two.txt", "2"), ("raw.bin", bytes([0, 255]).decode("utf-8", "surrogateescape")),
    )  # fmt: skip
    result = run(sandbox, HONEST, SuiteTest("test_f", "test_calc.py", "calc", files, ""))
    assert (result.status, result.error) == (Verdict.PASSED, None)


def test_the_program_finds_its_own_file_and_source(sandbox: Sandbox) -> None:
    source = (
        "import inspect\ndef f(x):\n"
        "    return inspect.getsource(f).count('def') + len(__file__) * 0 + x - 1\n"
    )
    for test in (PLAIN, SUITE):
        assert run(sandbox, source, test).passed


def test_a_wrong_file_of_tests_is_told(sandbox: Sandbox) -> None:
    broken = {
        "from calc import f\nimport no_such\ndef test_f(): ...\n": "No module named 'no_such'",
        "from calc import f\ndef test_f(gone): ...\n": "fixture 'gone' not found",
        "import pytest\ndef test_f(): pytest.skip('later')\n": "the test was skipped: later",
    }
    for text, error in broken.items():
        result = run(sandbox, HONEST, of_file(text, "test_f"))
        assert (result.status, error in (result.error or "")) == (Verdict.ERROR, True), result


def test_a_program_that_is_slow_to_load_counts_as_slow(sandbox: Sandbox) -> None:
    assert run(sandbox, "import time\ntime.sleep(60)\n" + HONEST, SUITE, wall_s=1.0).status is Verdict.TIMEOUT


def test_what_is_printed_is_told(sandbox: Sandbox) -> None:
    source = "def f(x):\n    print('seen', x)\n    return x + 1\n"
    assert [run(sandbox, source, test).output for test in (PLAIN, SUITE)] == ["seen 1\n"] * 2


def test_snippets_and_checkers_run_inside(sandbox: Sandbox) -> None:
    snippet = SnippetTest("import sqlite3\nassert sqlite3 and total == 3", "n = 1\n", "n = 2\n")
    assert run(sandbox, "total = n + 1", snippet).passed
    assert run(sandbox, "total = n", snippet).error == "AssertionError: sqlite3 and total == 3 is False"
    checker = CheckerTest(
        "look(solution)", "def look(text):\n    v = {}\n    exec(text, v)\n    assert v['a'] == 1"
    )
    assert run(sandbox, "a = 1", checker).passed
    assert run(sandbox, "a = 2", checker).error == "AssertionError: got 2, expected 1"
    assert run(sandbox, "b = 1\na = 1 / 0", checker).error == "ZeroDivisionError: division by zero (line 2)"


def test_guarded_and_unguarded_rows_stand_side_by_side(sandbox: Sandbox) -> None:
    report = sandbox.run(Program(HONEST, (CodeTest("assert f(1) == 2"), PLAIN, CodeTest("assert f(2) == 3"))))
    assert [row.guarded for row in report.results] == [True, False, True]
    assert report.passed
    assert not report.guarded
