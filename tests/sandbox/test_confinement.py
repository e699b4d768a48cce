"""A program sees, reaches and leaves nothing; what ordinary programs need still works."""

# ruff: noqa: E501 (a program reads better in one piece)

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

import pytest
from support.judging import Judge, layer_is_on

from egcfg_sandbox import CodeTest, Program, Sandbox, Verdict
from egcfg_sandbox.linux.syscalls import NUMBERS

ANSWER = "assert f(1) == 2"

REFUSED_BY_NAME = [
    "ptrace", "process_vm_readv", "process_vm_writev", "bpf", "userfaultfd", "keyctl", "add_key", "setns", "unshare",
    "io_uring_setup", "io_uring_enter", "perf_event_open", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp",
    "process_madvise", "mount", "umount2", "pivot_root", "chroot", "open_by_handle_at", "memfd_create", "shmget", "semget", "msgget",
    "mq_open", "execve", "execveat", "socket", "bind", "connect", "listen", "accept", "setuid", "setgid",
    "setgroups", "capset", "seccomp", "landlock_create_ruleset", "reboot", "swapon", "init_module", "kexec_load",
    "settimeofday", "clock_settime", "sethostname", "quotactl", "fanotify_init", "move_pages", "vmsplice",
]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_BY_NAME)
def test_a_refused_call_ends_the_run_under_its_name(judge: Judge, sandbox: Sandbox, name: str) -> None:
    if not layer_is_on(sandbox, "seccomp"):
        pytest.skip("no system call filter on this kernel")
    source = f"import ctypes\ndef f(x):\n    ctypes.CDLL(None).syscall({NUMBERS[name]}, 0, 0, 0, 0, 0, 0)\n    return 2"
    row = judge(source, ANSWER)
    assert (row.status, row.error) == (Verdict.CRASHED, f"refused system call: {name}")


REFUSED_IN_PYTHON = {
    "socket": "import socket\ndef f(x):\n    socket.socket()\n    return 2",
    "subprocess": "import subprocess\ndef f(x):\n    subprocess.run(['true'])\n    return 2",
    "shell": "import os\ndef f(x):\n    os.system('true')\n    return 2",
    "new user namespace by clone": f"import ctypes\ndef f(x):\n    ctypes.CDLL(None).syscall({NUMBERS['clone']}, 0x10000011, 0, 0, 0, 0)\n    return 2",
    "child of the parent": f"import ctypes, os\ndef f(x):\n    if ctypes.CDLL(None).syscall({NUMBERS['clone']}, 0x8011, 0, 0, 0, 0) == 0: os._exit(0)\n    return 2",
    "datagrams to any name": "import socket\ndef f(x):\n    socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)\n    return 2",
    "dumpable again": "import ctypes\ndef f(x):\n    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)\n    return 2",
    "refused call that is caught": "import socket\ndef f(x):\n    try: socket.socket()\n    except BaseException: pass\n    return 2",
    "refused call in a thread": "import socket, threading\ndef f(x):\n    t = threading.Thread(target=socket.socket)\n    t.start()\n    t.join()\n    return 2",
}


@pytest.mark.parametrize("case", REFUSED_IN_PYTHON)
def test_a_refused_call_cannot_be_survived(judge: Judge, case: str) -> None:
    row = judge(REFUSED_IN_PYTHON[case], ANSWER)
    assert row.status is Verdict.CRASHED
    assert row.error is not None
    assert row.error.startswith("refused system call: ")


USUAL = {
    "asyncio": "import asyncio\nasync def g():\n    await asyncio.sleep(0.001)\n    return 2\ndef f(x): return asyncio.run(g())",
    "a few threads": "import threading\ndef f(x):\n    found = []\n    threads = [threading.Thread(target=found.append, args=(n,)) for n in range(5)]\n    for t in threads: t.start()\n    for t in threads: t.join()\n    return len(found) - 3",
    "thread pool": "from concurrent.futures import ThreadPoolExecutor\ndef f(x):\n    with ThreadPoolExecutor(3) as pool: return sum(pool.map(int, '11'))",
    "temporary file": "import tempfile\ndef f(x):\n    with tempfile.TemporaryFile('w+') as t:\n        t.write('2')\n        t.seek(0)\n        return int(t.read())",
    "shared memory map": "import mmap\ndef f(x):\n    with mmap.mmap(-1, 4096) as m:\n        m[0] = 2\n        return m[0]",
    "fork and wait": "import os\ndef f(x):\n    pid = os.fork()\n    if pid == 0: os._exit(2)\n    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])",
    "much of the standard library": "import sqlite3, hashlib, json, decimal, zoneinfo, statistics, csv, ssl, xml.etree.ElementTree\ndef f(x): return sqlite3.connect(':memory:').execute('select 2').fetchone()[0]",
    "processes of multiprocessing": "import multiprocessing\ndef g(end): end.send(2)\ndef f(x):\n    ours, theirs = multiprocessing.Pipe()\n    child = multiprocessing.get_context('fork').Process(target=g, args=(theirs,))\n    child.start()\n    found = ours.recv()\n    child.join()\n    return found",
    "pools and queues of multiprocessing": "import multiprocessing\nforking = multiprocessing.get_context('fork')\ndef f(x):\n    queue = forking.Queue()\n    with forking.Pool(2) as pool: queue.put(pool.map(int, '11'))\n    return sum(queue.get())",
    "a database and tables in files": "import csv, sqlite3\ndef f(x):\n    with open('a.csv', 'w', newline='') as out: csv.writer(out).writerows([[1, 2], [3, 4]])\n    db = sqlite3.connect('a.db')\n    db.execute('create table t(a)')\n    db.executemany('insert into t values (?)', [row[:1] for row in csv.reader(open('a.csv'))])\n    db.commit()\n    return db.execute('select count(*) from t').fetchone()[0]",
    "logging and unittest": "import logging, unittest\nlogging.basicConfig()\nclass T(unittest.TestCase):\n    def test(self): self.assertEqual(1, 1)\ndef f(x):\n    logging.warning('hm')\n    return unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(T)).testsRun + 1",
    "selectors and timers": "import os, selectors, signal, socket\ndef f(x):\n    a, b = socket.socketpair()\n    chosen = selectors.DefaultSelector()\n    chosen.register(a, selectors.EVENT_READ)\n    signal.signal(signal.SIGALRM, lambda *_: b.send(b'xx'))\n    signal.setitimer(signal.ITIMER_REAL, 0.01)\n    chosen.select(5)\n    return len(a.recv(9))",
    "deep recursion in a large stack": "import resource, sys, threading\nsys.setrecursionlimit(100_000)\nresource.setrlimit(resource.RLIMIT_STACK, (64 << 20, resource.getrlimit(resource.RLIMIT_STACK)[1]))\nthreading.stack_size(128 << 20)\nfound = []\ndef g(n): return 0 if n == 0 else 1 + g(n - 1)\ndef f(x):\n    t = threading.Thread(target=lambda: found.append(g(20_000)))\n    t.start()\n    t.join()\n    return found[0] // 10_000",
    "no standard output": "import os, sys\ndef f(x):\n    sys.stdout.close()\n    os.close(1)\n    return 2",
    "the machine's name": "import platform, socket\ndef f(x): return 2 if platform.platform() and platform.processor() is not None and platform.architecture()[0] and socket.gethostname() else 0",
    "random and time": "import random, time, secrets, uuid\ndef f(x):\n    random.random(), time.time(), secrets.token_hex(), uuid.uuid4()\n    return len({uuid.uuid1() for _ in '12'})",
}


@pytest.mark.parametrize("case", USUAL)
def test_ordinary_programs_work(judge: Judge, sandbox: Sandbox, case: str) -> None:
    needed = "pid_namespace" if "fork" in USUAL[case] else "mount_namespace" if "file" in case else None
    if needed is not None and not layer_is_on(sandbox, needed):
        pytest.skip(f"needs the layer {needed}")
    row = judge(USUAL[case], ANSWER, memory_bytes=1 << 30)
    assert (row.status, row.error) == (Verdict.PASSED, None)


def test_descriptors_signal_nobody_and_hold_no_more_than_usual(judge: Judge) -> None:
    source = """
import fcntl, os, socket, struct
def f(x):
    reader, writer = os.pipe()
    ours, theirs = socket.socketpair()
    attempts = [
        lambda: fcntl.fcntl(reader, fcntl.F_SETOWN, 1),
        lambda: fcntl.fcntl(reader, 15, struct.pack("ii", 1, 1)),
        lambda: fcntl.fcntl(reader, 10, 9),
        lambda: fcntl.fcntl(writer, 1031, 1 << 20),
        lambda: ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20),
        lambda: ours.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20),
    ]
    refused = []
    for attempt in attempts:
        try: attempt()
        except PermissionError: refused.append(True)
        else: refused.append(False)
    fcntl.fcntl(reader, fcntl.F_SETFL, os.O_NONBLOCK)
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return refused
"""
    assert judge(source, "assert f(1) == [True] * 6").status is Verdict.PASSED


@pytest.mark.usefixtures("forks")
def test_no_run_leaves_processes_that_count_against_the_next_one(judge: Judge) -> None:
    many = """
import ctypes, os, threading
def f(x):
    libc = ctypes.CDLL(None)
    for _ in range(4):
        if os.fork() == 0: os._exit(0)
    for _ in range(4):
        if libc.syscall(NUMBER, FLAGS, 0, 0, 0, 0) == 0: os._exit(0)
    return 2
""".replace("NUMBER", str(NUMBERS["clone"]))
    for flags in (0x8011, 0x11):
        for _ in range(8):
            judge(many.replace("FLAGS", str(flags)), ANSWER)
    threads = "import threading\ndef f(x):\n    found = [threading.Thread(target=int) for _ in range(10)]\n    for t in found: t.start()\n    for t in found: t.join()\n    return 2"
    for _ in range(6):
        assert judge(threads, ANSWER).status is Verdict.PASSED


def test_a_program_can_lower_its_own_limits_and_nobodys_else(judge: Judge) -> None:
    source = """
import resource
def f(x):
    found = []
    for limit in ((8, 8), (16, 16)):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
            found.append(True)
        except (OSError, ValueError): found.append(False)
    try: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1))
    except OSError: found.append(False)
    return found, resource.getrlimit(resource.RLIMIT_NOFILE)[0]
"""
    assert judge(source, "assert f(1) == ([True, False, False], 8)").status is Verdict.PASSED


def test_the_memory_a_program_starts_with_holds_nothing_of_the_caller(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Environment and arguments as they lie on the stack, whatever Python made of them."""
    monkeypatch.setenv("EGCFG_SECRET", "quokka")
    source = """
import ctypes, sys
def f(x):
    libc = ctypes.CDLL(None)
    environ = ctypes.POINTER(ctypes.c_char_p).in_dll(libc, "environ")
    words = [environ[0]] if environ else []
    return words, sys.argv
"""
    row = judge(source, "assert f(1) == ([None], ['']) or f(1) == ([], [''])")
    assert row.status is Verdict.PASSED, row
    with Sandbox() as fresh:
        report = fresh.run(Program(source, (CodeTest("assert b'quokka' not in f(1)[0]"),)))
        assert report.passed
        for pid in [fresh.server_pid, *_processes(fresh.server_pid)]:
            # Closed to an ordinary user, whose processes are not dumpable.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                assert b"quokka" not in Path(f"/proc/{pid}/environ").read_bytes()


def _reads(path: str | Path) -> str:
    return f"import os\ndef f(x):\n    p = {str(path)!r}\n    try:\n        os.listdir(p) if os.path.isdir(p) else open(p, 'rb').read(1)\n        return True\n    except OSError:\n        return False"


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/etc/hostname",
        "/home",
        "/root",
        "/proc/self/status",
        "/proc/1/environ",
        "/sys/kernel",
        "/var",
        "/bin",
        "/dev/mem",
    ],
)
def test_nothing_beyond_python_can_be_read(judge: Judge, path: str) -> None:
    assert judge(_reads(path), "assert f(1) is False").status is Verdict.PASSED


def test_the_callers_files_cannot_be_read(judge: Judge, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    secret.chmod(0o644)
    for path in (secret, tmp_path, Path(__file__), Path.home(), Path.cwd()):
        assert judge(_reads(path), "assert f(1) is False").status is Verdict.PASSED
    assert judge(_reads(os.__file__), "assert f(1) is True").status is Verdict.PASSED


@pytest.mark.parametrize("path", ["/new", "/dev/new", f"{Path(os.__file__).parent}/new", "/usr/new"])
def test_nothing_can_be_written_outside_the_scratch_folder(judge: Judge, path: str) -> None:
    source = f"def f(x):\n    try:\n        open({path!r}, 'w')\n        return True\n    except OSError:\n        return False"
    assert judge(source, "assert f(1) is False").status is Verdict.PASSED
    assert not Path(path).exists()


@pytest.mark.usefixtures("scratch")
def test_the_scratch_folder_is_empty_for_every_run(judge: Judge) -> None:
    source = """
import os
def f(x):
    here = os.getcwd()
    before = os.listdir(here)
    os.makedirs('a/b')
    open('a/b/c', 'w').write('2')
    os.symlink('/etc', 'link')
    os.chmod('a', 0)
    os.chmod(here, 0o777)
    return (here, before)
"""
    for _ in range(8):
        assert judge(source, "assert f(1) == ('/scratch/run', [])").status is Verdict.PASSED


@pytest.mark.parametrize("trace", [False, True])
def test_the_memory_for_traces_is_empty_for_every_run(judge: Judge, trace: bool) -> None:
    source = """
import mmap, sys
def f(x):
    frame = sys._getframe()
    while not isinstance(frame.f_locals.get('memory'), mmap.mmap):
        frame = frame.f_back
    memory = frame.f_locals['memory']
    found = memory.find(b'left by the last run')
    for at in range(len(memory) // 2, len(memory) - 4096, 4096):
        memory[at : at + 20] = b'left by the last run'
    return found
"""
    for _ in range(8):
        assert judge(source, "assert f(1) == -1", trace=trace).passed


def test_environment_arguments_and_descriptors_hold_nothing(judge: Judge) -> None:
    source = """
import os, sys
def open_ones():
    found = []
    for fd in range(256):
        try: os.fstat(fd)
        except OSError: continue
        found.append(fd)
    return found
def f(x): return dict(os.environ), os.getenv('HOME'), open_ones()
"""
    assert judge(source, "assert f(1) == ({}, None, [0, 1, 2, 3])").status is Verdict.PASSED


def test_no_rights_and_no_root(judge: Judge, sandbox: Sandbox) -> None:
    source = """
import ctypes, os
def f(x):
    data = (ctypes.c_uint32 * 6)()
    ctypes.CDLL(None).capget((ctypes.c_uint32 * 2)(0x20080522, 0), data)
    return any(data), os.getuid() == 0, os.geteuid() == 0
"""
    root = not layer_is_on(sandbox, "unprivileged_user")
    assert judge(source, f"assert f(1) == (False, {root}, {root})").status is Verdict.PASSED


@pytest.mark.usefixtures("forks")
def test_no_other_process_can_be_seen_or_signalled(judge: Judge) -> None:
    source = f"""
import os
def f(x):
    found = []
    for pid in (1, {os.getpid()}):
        try: os.kill(pid, 9)
        except OSError: found.append(pid)
    return os.getppid(), {os.getpid()} in found
"""
    assert judge(source, "assert f(1) == (0, True)").status is Verdict.PASSED
    assert judge("def f(x): return 2", ANSWER).status is Verdict.PASSED


def _processes(pid: int) -> list[int]:
    """All descendants of a process."""
    found, waiting = [], [pid]
    while waiting:
        current = waiting.pop()
        try:
            children = Path(f"/proc/{current}/task/{current}/children").read_text().split()
        except OSError:
            continue
        found += [int(child) for child in children]
        waiting += [int(child) for child in children]
    return found


def _settled(pid: int) -> int:
    """How many descendants there are when their number has not changed for half a second."""
    count, since = len(_processes(pid)), time.monotonic()
    deadline = since + 10
    while time.monotonic() < min(since + 0.5, deadline):
        time.sleep(0.05)
        now = len(_processes(pid))
        if now != count:
            count, since = now, time.monotonic()
    return count


@pytest.mark.usefixtures("forks")
def test_nothing_survives_a_run(judge: Judge, sandbox: Sandbox) -> None:
    source = """
import os, signal, time
def f(x):
    for _ in range(4):
        if os.fork() == 0:
            os.setsid()
            for number in range(1, 32):
                try: signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError): pass
            if os.fork() == 0: time.sleep(1000)
            os._exit(0)
    return 2
"""

    def run_on_every_slot() -> int:
        """Processes left once nothing ends any more; every slot has been used, so none is built later."""
        for _ in range(6):
            assert judge(source, ANSWER).status is Verdict.PASSED
        return _settled(sandbox.server_pid)

    usual = run_on_every_slot()
    # Each run leaves four sleepers: if any stayed, there would be two dozen more.
    assert run_on_every_slot() <= usual + 3


def test_the_servers_own_proc_entries_hold_nothing_of_programs_or_tests(
    judge: Judge, sandbox: Sandbox
) -> None:
    judge("word = 'quokka_of_the_program'\ndef f(x): return 2", "assert f(1) == 2  # quokka_of_the_test")
    pids = [sandbox.server_pid, *_processes(sandbox.server_pid)]
    for pid in pids:
        for name in ("cmdline", "environ"):
            try:
                text = Path(f"/proc/{pid}/{name}").read_bytes()
            except OSError:
                continue
            assert b"quokka" not in text
            assert b"HOME=" not in text
