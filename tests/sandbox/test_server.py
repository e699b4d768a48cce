"""The fork server may die, hang or be closed at any moment: no row is lost, doubled or wrong."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

import egcfg_sandbox
from egcfg_sandbox import (
    CodeTest,
    Limits,
    Program,
    Report,
    Sandbox,
    SandboxRefused,
    StdioTest,
    Verdict,
    client,
    layers,
    slots,
)

_DESCRIPTORS_OF_SPARE_SLOTS = 6
_SETTLE_S = 0.5
LIMITS = Limits(wall_s=20.0, cpu_s=20.0)


def _programs(count: int) -> list[Program]:
    """Programs whose rows can be told apart: every third one is wrong."""
    return [
        Program(
            f"def f(x):\n    return x + {number}",
            (CodeTest(f"assert f(1) == {number + 1 + (number % 3 == 0)}"), StdioTest("", "")),
            trace=True,
            limits=LIMITS,
        )
        for number in range(count)
    ]


def _check(reports: list[Report], count: int) -> None:
    assert len(reports) == count
    for number, report in enumerate(reports):
        first, second = report.results
        assert first.status is (Verdict.FAILED if number % 3 == 0 else Verdict.PASSED), first
        assert second.status is Verdict.PASSED
        assert first.trace is not None
        assert first.trace.events[-1].value == str(number + 1)


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


@contextlib.contextmanager
def _killing(victim: Callable[[], int], *, every_s: float, most: int) -> Iterator[list[int]]:
    """Kills one process after another meanwhile; they are in the list."""
    done = threading.Event()
    killed: list[int] = []

    def kill() -> None:
        for _ in range(most):
            if done.wait(every_s):
                return
            with contextlib.suppress(ProcessLookupError, FileNotFoundError, IndexError):
                pid = victim()
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        done.set()
        killer.join()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("inner", [False, True])
def test_killing_the_server_in_the_middle_loses_no_run(inner: bool) -> None:
    count = 200
    with Sandbox() as sandbox:

        def victim() -> int:
            return _children(sandbox.server_pid)[0] if inner else sandbox.server_pid

        with _killing(victim, every_s=0.15, most=3):
            reports = sandbox.run_many(_programs(count))
        _check(reports, count)


def test_a_server_that_was_killed_is_counted_and_its_tests_run() -> None:
    with Sandbox() as sandbox:
        _check(sandbox.run_many(_programs(1)), 1)
        assert sandbox.server_deaths == 0
        os.kill(sandbox.server_pid, signal.SIGKILL)
        _check(sandbox.run_many(_programs(1)), 1)
        assert sandbox.server_deaths == 1


def _kill(pids: Iterable[int]) -> None:
    """Kills those that are still there."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_killing_judges_templates_and_keepers_in_the_middle_loses_no_run() -> None:
    count = 150
    with Sandbox() as sandbox:
        choose = random.Random(0)

        def victim() -> int:
            forked = _children(_children(sandbox.server_pid)[0])
            # A template's first child is its keeper.
            keepers = [children[0] for one in forked if (children := _children(one))]
            return choose.choice(forked + keepers)

        with _killing(victim, every_s=0.4, most=1000) as killed:
            reports = sandbox.run_many(_programs(count))
    assert killed
    _check(reports, count)


def _spare_slots(sandbox: Sandbox) -> tuple[list[int], list[int], list[int]]:
    """Judges, templates and keepers, once as many as are kept are there, for runs with the usual limits."""
    sandbox.run(_programs(1)[0])
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            below = {pid: _children(pid) for pid in _children(_children(sandbox.server_pid)[0])}
        except (FileNotFoundError, IndexError, ValueError):
            continue
        judges = [pid for pid, children in below.items() if not children]
        templates = [pid for pid, children in below.items() if children]
        keepers = [children[0] for children in below.values() if children]
        if len(judges) == len(templates) == len(keepers) == sandbox.workers + 1:
            return judges, templates, keepers
        time.sleep(0.02)
    raise AssertionError("the slots were not made")


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("role", ["judges", "templates", "keepers"])
def test_a_process_that_is_stopped_from_outside_costs_time_but_no_verdict(
    monkeypatch: pytest.MonkeyPatch, role: str
) -> None:
    monkeypatch.setattr(sys.modules[__name__], "LIMITS", Limits(wall_s=2.0))
    with Sandbox() as sandbox:
        found = _spare_slots(sandbox)
        for pid in found[("judges", "templates", "keepers").index(role)][:2]:
            os.kill(pid, signal.SIGSTOP)
        programs = [
            Program(
                f"def f(x): return x + {number}", (CodeTest("assert f(1) == 2"),), limits=Limits(wall_s=2.0)
            )
            for number in range(6)
        ]
        verdicts = [report.status for report in sandbox.run_many(programs)]
        assert verdicts == [Verdict.FAILED, Verdict.PASSED, *[Verdict.FAILED] * 4]


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_run_that_loses_its_keeper_is_repeated_to_its_verdict() -> None:
    source = "import time\ndef f(x):\n    time.sleep(0.6)\n    return x + 1"
    with Sandbox(workers=1) as sandbox:
        _, _, keepers = _spare_slots(sandbox)
        timer = threading.Timer(0.3, _kill, [keepers])
        timer.start()
        tests = (CodeTest("assert f(1) == 2"), CodeTest("assert f(1) == 3"))
        report = sandbox.run(Program(source, tests, limits=LIMITS))
        timer.join()
    assert [row.status for row in report.results] == [Verdict.PASSED, Verdict.FAILED]


def test_runs_go_side_by_side(sandbox: Sandbox) -> None:
    source = "import time\ndef f(x):\n    for _ in '12': print(time.monotonic()), time.sleep(1)\n    return 2"
    report = sandbox.run(Program(source, (CodeTest("assert f(1) == 2"),) * 2, limits=LIMITS))
    assert report.passed
    first, second = ([float(word) for word in row.output.split()] for row in report.results)
    assert max(first[0], second[0]) < min(first[1], second[1])


def test_many_programs_come_back_in_order(sandbox: Sandbox) -> None:
    _check(sandbox.run_many(_programs(30)), 30)
    assert sandbox.run_many([]) == []


def test_a_program_without_tests_has_not_passed(sandbox: Sandbox) -> None:
    report = sandbox.run(Program("x = 1", ()))
    assert (report.status, report.results) == (Verdict.ERROR, ())


def test_stopping_returns_the_finished_head_and_leaves_the_sandbox_usable(sandbox: Sandbox) -> None:
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 12

    programs = _programs(40)
    reports = sandbox.run_many(programs, stop)
    assert len(reports) < 40
    _check(reports, len(reports))
    slow = Program("import time\ndef f(x): time.sleep(60)", (CodeTest("f(1)"),), limits=LIMITS)
    started = time.monotonic()
    assert sandbox.run_many([slow], lambda: time.monotonic() - started > 0.3) == []
    _check(sandbox.run_many(_programs(5)), 5)


def test_stopping_keeps_the_rows_that_are_finished_whatever_their_order(sandbox: Sandbox) -> None:
    tests = (CodeTest("f(60)"), *(CodeTest(f"f(0) or {number}") for number in range(5)))
    program = Program("import time\ndef f(x): time.sleep(x)", tests, limits=Limits(wall_s=90))
    asked = 0

    def stop() -> bool:
        nonlocal asked
        asked += 1
        return asked > 60

    rows = sandbox.run_tests(program, stop)
    assert rows[0] is None
    assert [row is not None for row in rows[1:]] == [True] * 5


def test_closing_from_another_thread_ends_a_run() -> None:
    sandbox = Sandbox()
    threading.Timer(0.3, sandbox.close).start()
    slow = Program("import time\ndef f(x): time.sleep(60)", (CodeTest("f(1)"),), limits=LIMITS)
    with pytest.raises(SandboxRefused, match="closed"):
        sandbox.run(slow)
    with pytest.raises(SandboxRefused, match="closed"):
        sandbox.run(slow)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_server_dies_with_its_caller() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from egcfg_sandbox import Sandbox;"
        " s = Sandbox(); print(s.server_pid, flush=True); sys.stdin.read()"
    )
    package_parent = str(Path(egcfg_sandbox.__file__).parent.parent)
    with subprocess.Popen(
        [sys.executable, "-c", code, package_parent], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as caller:
        assert caller.stdout is not None
        pid = int(caller.stdout.readline())
        everybody = [pid, *_children(pid)]
        caller.kill()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{one}").exists() for one in everybody):
        time.sleep(0.02)
    assert [one for one in everybody if Path(f"/proc/{one}").exists()] == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_hundreds_of_runs_leave_no_process_descriptor_or_memory_behind() -> None:
    wrong = Program("import os\ndef f(x): os._exit(1)", (CodeTest("f(1)"),), limits=LIMITS)
    with Sandbox() as sandbox:
        sandbox.run_many([*_programs(40), wrong])

        def usage() -> tuple[int, ...]:
            server = _children(sandbox.server_pid)[0]
            return tuple(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in (os.getpid(), server))

        time.sleep(_SETTLE_S)
        before = usage()
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        sandbox.run_many([*_programs(150), *[wrong] * 20])
        time.sleep(_SETTLE_S)
        mine, servers = usage()
        assert mine <= before[0] + _DESCRIPTORS_OF_SPARE_SLOTS
        assert servers == before[1]
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 8 * 1024
        pid = sandbox.server_pid
    assert not Path(f"/proc/{pid}").exists()


def test_other_limits_take_effect_from_one_run_to_the_next(sandbox: Sandbox) -> None:
    source = "def f(x):\n    print('x' * 500)\n    return 2"
    tests = (CodeTest("assert f(1) == 2"),)
    for allowed, verdict in ((100, Verdict.OUTPUT_LIMIT), (1000, Verdict.PASSED)) * 2:
        limits = Limits(wall_s=20.0, output_bytes=allowed)
        assert sandbox.run(Program(source, tests, limits=limits)).status is verdict


def test_a_missing_required_layer_refuses_until_the_override_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client, "REQUIRED", frozenset({"unobtainium"}))
    prepare = slots.Pool.prepare

    def prepare_without(self: slots.Pool, *modules: frozenset[str]) -> None:
        prepare(self, *modules)
        self.missing["unobtainium"] = "none on this planet"

    monkeypatch.setattr(slots.Pool, "prepare", prepare_without)
    with pytest.raises(SandboxRefused, match=r"unobtainium: none on this planet.*allow_missing_layers"):
        Sandbox()
    with Sandbox(allow_missing_layers=("unobtainium",)) as sandbox:
        assert sandbox.run(_programs(2)[1]).passed


def test_layers_say_what_is_on_and_why_not() -> None:
    found = {layer.name: layer for layer in layers()}
    assert {
        "no_new_privs",
        "landlock",
        "seccomp",
        "rlimits",
        "pid_namespace",
        "net_namespace",
    } <= found.keys()
    for layer in found.values():
        assert layer.active is (layer.reason == "")


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become another user"
)
def test_an_ordinary_user_gets_the_same_verdicts(tmp_path: Path) -> None:
    """The interpreter and the package must be readable for that user; else there is nothing to try."""
    script = tmp_path / "try.py"
    script.write_text(
        "import os, sys\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "from egcfg_sandbox import *\n"
        "with Sandbox() as s:\n"
        "    tests = (CodeTest('assert f(1) == 1'), CodeTest('assert f(1) == 2'))\n"
        "    r = s.run(Program('def f(x): return x', tests))\n"
        "    print(*(row.status.value for row in r.results))\n"
    )
    package_parent = str(Path(egcfg_sandbox.__file__).parent.parent)
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([python, str(script), package_parent], capture_output=True, text=True, cwd="/")
        if done.returncode == 0:
            assert done.stdout.split() == ["passed", "failed"]
            return
    pytest.skip("no interpreter that another user may run")


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
def test_without_namespaces_programs_run_but_do_not_fork() -> None:
    """As on systems that close user namespaces to ordinary users."""
    package_parent = str(Path(egcfg_sandbox.__file__).parent.parent)
    script = """
import os, sys
sys.path.insert(0, sys.argv[1])
from egcfg_sandbox.confinement import namespaces
from egcfg_sandbox.confinement.layer import Confinement
proc = os.open("/proc", os.O_RDONLY)
namespaces.UserNamespace().probe(Confinement((), (), proc))
open("/proc/sys/user/max_user_namespaces", "w").write("0")
from egcfg_sandbox import *
with Sandbox() as s:
    off = {layer.name for layer in s.layers if not layer.active}
    run = lambda source: s.run(Program(source, (CodeTest("assert f(1) == 2"),))).results[0]
    threads = "import threading\\ndef f(x):\\n    t = [threading.Thread(target=int) for _ in range(4)]\\n"
    threads += "    for one in t: one.start()\\n    for one in t: one.join()\\n    return x + 1"
    rows = [run("def f(x): return x + 1"), run("def f(x): return x"), run(threads)]
    rows += [run("import os\\ndef f(x): return os.fork()"), run("def f(x):\\n    while True: pass")]
    rows += [run("import socket\\ndef f(x): socket.socket()"), run("def f(x): return x + 1")]
    print("user_namespace" in off, *(row.status.value for row in rows), rows[3].error, rows[5].error, sep="|")
"""
    command = [sys.executable, "-c", script, package_parent]
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", timeout=60)
    if done.returncode:
        pytest.skip(f"namespaces cannot be closed here: {done.stderr.strip().splitlines()[-1:]}")
    off, *verdicts, forked, connected = done.stdout.strip().split("|")
    assert off == "True"
    assert verdicts == ["passed", "failed", "passed", "crashed", "timeout", "crashed", "passed"]
    assert forked.startswith("refused system call: ")
    assert connected == "refused system call: socket"
