"""Each limit has its verdict, sums over all of a program's processes, and leaves room below it."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import pytest
from support.judging import Judge, layer_is_on

from egcfg_sandbox import Sandbox, StdioTest, Verdict

ANSWER = "assert f(1) == 2"
MIB = 1 << 20

ENDLESS = {
    "loop": "def f(x):\n    while True: pass",
    "loop that catches everything": "def f(x):\n    while True:\n        try:\n            while True: pass\n        except BaseException: pass",
    "sleep": "import time\ndef f(x): time.sleep(100)",
    "loop while loading": "while True: pass",
    "regular expression": "import re\ndef f(x): return re.match('(a+)+$', 'a' * 40 + 'b')",
    "stopped": "import os, signal\ndef f(x): os.kill(os.getpid(), signal.SIGSTOP)",
    "ignores signals": "import signal\ndef f(x):\n    for n in range(1, 32):\n        try: signal.signal(n, signal.SIG_IGN)\n        except (OSError, ValueError): pass\n    while True: pass",
    "hang after the answer was made": "def f(x):\n    import threading, time\n    threading.excepthook = None\n    time.sleep(100)\n    return 2",
}


@pytest.mark.parametrize("case", ENDLESS)
@pytest.mark.parametrize("trace", [False, True])
def test_wall_seconds(judge: Judge, case: str, trace: bool) -> None:
    assert judge(ENDLESS[case], ANSWER, trace=trace, wall_s=0.3).status is Verdict.TIMEOUT


@pytest.mark.parametrize(
    "test",
    [
        "f(1)\nwhile True: pass",
        "while f(1): pass",
        "f(1)\nwhile True:\n    try:\n        while True: pass\n    except BaseException: pass",
    ],
)
def test_wall_seconds_bind_the_test_as_well(judge: Judge, test: str) -> None:
    assert judge("def f(x): return 2", test, wall_s=0.3).status is Verdict.TIMEOUT


def test_a_test_whose_failure_is_slow_to_tell_is_a_timeout(judge: Judge) -> None:
    test = """
import time
class Slow(Exception):
    def __str__(self):
        time.sleep(0.1)
        return "at last"
try:
    while True: f(1)
except BaseException:
    raise Slow
"""
    assert judge("def f(x): return 2", test, wall_s=0.3).status is Verdict.TIMEOUT


def test_processor_seconds_sum_over_threads_and_processes(judge: Judge, sandbox: Sandbox) -> None:
    spin = "def g():\n    while True: pass\n"
    threads = (
        "import threading\n"
        + spin
        + "def f(x):\n    for _ in range(3): threading.Thread(target=g, daemon=True).start()\n    g()"
    )
    assert judge(threads, ANSWER, cpu_s=0.4).status is Verdict.TIMEOUT
    if layer_is_on(sandbox, "pid_namespace"):
        forks = (
            "import os, time\n"
            + spin
            + "def f(x):\n    for _ in range(3):\n        if os.fork() == 0: g()\n    time.sleep(100)"
        )
        assert judge(forks, ANSWER, cpu_s=0.4).status is Verdict.TIMEOUT


LOST_CHILDREN = {
    "that nobody waits for": "signal.signal(signal.SIGCHLD, signal.SIG_IGN)",
    "without a parent": "ORPHAN = True",
}


@pytest.mark.parametrize("case", LOST_CHILDREN)
@pytest.mark.usefixtures("forks")
def test_processor_seconds_of_children_that_are_gone(judge: Judge, case: str) -> None:
    source = f"""
import os, signal, time
ORPHAN = False
def burn():
    if ORPHAN and os.fork(): os._exit(0)
    started = time.process_time()
    while time.process_time() - started < 0.1: pass
    os._exit(0)
def f(x):
    for _ in range(COUNT):
        child = os.fork()
        if child == 0: burn()
        if ORPHAN: os.waitpid(child, 0)
        time.sleep(0.25)
    return 2
{LOST_CHILDREN[case]}
"""
    assert judge(source.replace("COUNT", "12"), ANSWER, cpu_s=0.5, processes=32).status is Verdict.TIMEOUT
    assert judge(source.replace("COUNT", "2"), ANSWER, cpu_s=2.0, processes=32).status is Verdict.PASSED


def test_seconds_inside_the_limit(judge: Judge) -> None:
    assert (
        judge("import time\ndef f(x):\n    time.sleep(0.05)\n    return 2", ANSWER, wall_s=10.0).status
        is Verdict.PASSED
    )


def test_memory_of_one_process(judge: Judge) -> None:
    grow = "def f(x):\n    kept = []\n    while True: kept.append(bytes(1 << 20))"
    assert judge(grow, ANSWER, memory_bytes=48 * MIB).status is Verdict.MEMORY
    assert judge("def f(x): return len(bytearray(1 << 40))", ANSWER).status is Verdict.MEMORY
    keep = "def f(x):\n    kept = [bytes(1 << 20) for _ in range(24)]\n    return 2"
    assert judge(keep, ANSWER, memory_bytes=48 * MIB).status is Verdict.PASSED


def test_memory_that_a_map_cannot_get_is_memory(judge: Judge) -> None:
    source = "import mmap\ndef f(x): return len(mmap.mmap(-1, SIZE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)) // SIZE + 1"
    assert judge(source.replace("SIZE", "(1 << 30)"), ANSWER).status is Verdict.MEMORY
    assert judge(source.replace("SIZE", "(1 << 20)"), ANSWER).status is Verdict.PASSED


@pytest.mark.usefixtures("forks")
def test_memory_sums_over_processes_and_shared_maps(judge: Judge) -> None:
    forks = """
import os, time
def f(x):
    for _ in range(6):
        if os.fork() == 0:
            kept = [bytes(1 << 20) for _ in range(30)]
            time.sleep(100)
    time.sleep(SECONDS)
    return 2
"""
    assert judge(forks.replace("SECONDS", "100"), ANSWER, memory_bytes=64 * MIB).status is Verdict.MEMORY
    assert judge(forks.replace("SECONDS", "0.5"), ANSWER, memory_bytes=512 * MIB).status is Verdict.PASSED
    maps = """
import mmap, os, time
def f(x):
    for _ in range(6):
        shared = mmap.mmap(-1, 30 << 20)
        for at in range(0, 30 << 20, 4096): shared[at] = 1
        if os.fork() == 0: time.sleep(100)
        shared.close()
    time.sleep(100)
"""
    assert judge(maps, ANSWER, memory_bytes=64 * MIB).status is Verdict.MEMORY
    hidden = maps.replace("range(6)", "range(3)").replace(
        "    time.sleep(100)\n", "    time.sleep(0.5)\n    return 2\n"
    )
    assert judge(hidden, ANSWER, memory_bytes=64 * MIB).status is Verdict.MEMORY
    assert judge(hidden, ANSWER, memory_bytes=128 * MIB).status is Verdict.PASSED


def test_processes_and_threads(judge: Judge, sandbox: Sandbox) -> None:
    threads = "import threading, time\ndef f(x):\n    for _ in range(COUNT): threading.Thread(target=time.sleep, args=(0.2,), daemon=True).start()\n    return 2"
    row = judge(threads.replace("COUNT", "40"), ANSWER, processes=8, memory_bytes=1 << 30)
    assert (row.status, row.error) == (Verdict.ERROR, "RuntimeError: can't start new thread (line 3)")
    assert (
        judge(threads.replace("COUNT", "6"), ANSWER, processes=8, memory_bytes=1 << 30).status
        is Verdict.PASSED
    )
    if layer_is_on(sandbox, "pid_namespace"):
        forks = "import os, time\ndef f(x):\n    for _ in range(40):\n        if os.fork() == 0: time.sleep(100)\n    return 2"
        assert judge(forks, ANSWER, processes=8).status is Verdict.ERROR


@pytest.mark.usefixtures("forks")
def test_a_fork_bomb_goes_off_harmlessly(judge: Judge) -> None:
    bomb = "import os\ndef f(x):\n    while True:\n        try: os.fork()\n        except OSError: pass"
    assert judge(bomb, ANSWER, wall_s=0.5).status is Verdict.TIMEOUT
    assert judge("def f(x): return 2", ANSWER).status is Verdict.PASSED


def test_open_files(judge: Judge) -> None:
    source = "def f(x):\n    kept = [open('/dev/null') for _ in range(COUNT)]\n    return 2"
    row = judge(source.replace("COUNT", "40"), ANSWER, open_files=32)
    assert (row.status, row.error) == (Verdict.ERROR, "OSError: Too many open files (line 2)")
    assert judge(source.replace("COUNT", "20"), ANSWER, open_files=32).status is Verdict.PASSED


@pytest.mark.usefixtures("scratch")
def test_files_by_size_and_in_sum(judge: Judge) -> None:
    one = "def f(x):\n    open('a', 'wb').write(bytes(SIZE))\n    return 2"
    assert judge(one.replace("SIZE", "2 << 20"), ANSWER, file_size_bytes=MIB).status is Verdict.OUTPUT_LIMIT
    assert judge(one.replace("SIZE", "500_000"), ANSWER, file_size_bytes=MIB).status is Verdict.PASSED
    many = "def f(x):\n    for n in range(COUNT): open(str(n), 'wb').write(bytes(500_000))\n    return 2"
    assert judge(many.replace("COUNT", "20"), ANSWER, scratch_bytes=4 * MIB).status is Verdict.OUTPUT_LIMIT
    assert judge(many.replace("COUNT", "6"), ANSWER, scratch_bytes=4 * MIB).status is Verdict.PASSED


FILLING = {
    "small files": "for n in range(COUNT): open(str(n), 'w').close()",
    "folders in folders": "for n in range(COUNT):\n        os.mkdir('d')\n        os.chdir('d')",
    "links": "open('a', 'w').close()\n    for n in range(COUNT): os.symlink('a' * 200, str(n))",
    "a file of holes": "os.truncate(os.open('a', os.O_CREAT | os.O_RDWR), COUNT << 16)",
}


@pytest.mark.parametrize("case", FILLING)
@pytest.mark.usefixtures("scratch")
def test_files_by_number_depth_and_holes(judge: Judge, case: str) -> None:
    source = f"import os\ndef f(x):\n    {FILLING[case]}\n    return 2"
    assert judge(source.replace("COUNT", "5000"), ANSWER).status is Verdict.OUTPUT_LIMIT
    assert judge(source.replace("COUNT", "50"), ANSWER).status is Verdict.PASSED


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output(judge: Judge, stream: str) -> None:
    flood = f"import sys\ndef f(x):\n    while True: sys.{stream}.write('x' * 1000)"
    assert judge(flood, ANSWER).status is Verdict.OUTPUT_LIMIT
    some = f"import sys\ndef f(x):\n    sys.{stream}.write('x' * 900)\n    return 2"
    assert judge(some, ANSWER, output_bytes=1000).status is Verdict.PASSED
    assert judge(some, ANSWER, output_bytes=800).status is Verdict.OUTPUT_LIMIT


def test_output_of_a_whole_program(judge: Judge) -> None:
    assert judge("while True: print(1)", StdioTest("", "1")).status is Verdict.OUTPUT_LIMIT


def test_recursion_ends_in_an_error_or_a_crash(judge: Judge) -> None:
    row = judge("def f(x): return f(x)", ANSWER)
    assert row.status is Verdict.ERROR
    assert row.error is not None
    assert row.error.startswith("RecursionError")
    deep = "import sys\nsys.setrecursionlimit(10 ** 9)\ndef f(x): return f(x)"
    assert judge(deep, ANSWER, wall_s=1.0).status in (
        Verdict.CRASHED,
        Verdict.MEMORY,
        Verdict.TIMEOUT,
        Verdict.ERROR,
    )
