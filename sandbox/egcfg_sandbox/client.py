"""The caller's side: starts the fork server, hands tests to slots, collects the rows."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.machinery import PathFinder
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from egcfg_sandbox import system, trace_memory, wire
from egcfg_sandbox.confinement import LAYERS, REQUIRED
from egcfg_sandbox.judge.orders import RunReport, pack_brief, unpack_report
from egcfg_sandbox.server.requests import JUDGE, KEEPER, pack_request
from egcfg_sandbox.verdicts import (
    Layer,
    Limits,
    Program,
    Report,
    TestResult,
    Trace,
    TraceEvent,
    Verdict,
)

# The same order of sets in every run; no threads of numerical libraries, which a fork would lose; functions
# of libraries looked up once, and not again after every fork.
_ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LD_BIND_NOW": "1",
}
_START_S: Final = 30.0
_GRACE_S: Final = 2.0
_STARTS: Final = 5
_LOSSES: Final = 3
_SERVER_DEATHS: Final = 10
_STOP_S: Final = 0.05
_PIECE: Final = 1 << 16
_PACKAGE_FOLDERS: Final = ("site-packages", "dist-packages")
_CLOSED: Final = "the sandbox is closed; make a new one"
_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from egcfg_sandbox.server.main import main; main(int(sys.argv[2]), sys.argv[3])"
)


class SandboxRefused(Exception):
    """This machine lacks a required layer, or the fork server cannot start. The text says what to do."""


class _ServerGone(Exception):
    """The fork server died; it is started again."""


class _SlotFailed(Exception):
    """A slot could not be made or died; the text says why."""


class _Slot:
    """A judge and a keeper, forked for each other, and the test they were handed."""

    def __init__(self, server: _Server, limits: Limits, judge: socket.socket, keeper: socket.socket) -> None:
        self.server = server
        self.limits = limits
        self.job: _Job | None = None
        self.deadline = 0.0
        self._judge = judge
        self._keeper = keeper
        self._frames = wire.Frames(wire.LARGEST_MESSAGE)
        self._report: RunReport | None = None
        self._identities: list[system.Identity] = []

    def fileno(self) -> int:
        """The judge's channel: what a batch waits for."""
        return self._judge.fileno()

    def handshake(self) -> None:
        """Waits until both processes are there, and takes what they can be killed by."""
        if self._identities:
            return
        for channel in (self._keeper, self._judge):
            channel.settimeout(_START_S)
            try:
                identity = system.meet(channel)
            except OSError as error:
                raise _SlotFailed(f"it did not start: {error}") from None
            if identity is None:
                raise _SlotFailed("its process did not start")
            self._identities.append(identity)

    def hand(self, job: _Job, brief: bytes) -> None:
        """Gives the judge its test; a judge that has gone is noticed when its report is read."""
        self.job = job
        self._judge.settimeout(_GRACE_S)
        with contextlib.suppress(wire.WireError):
            wire.send(self._judge, brief)
        self._judge.setblocking(False)

    def read(self) -> tuple[RunReport, Trace | None] | None:
        """The judge's report and trace if they are whole; raises `_SlotFailed` when the judge has gone."""
        try:
            data = self._judge.recv(_PIECE)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            raise _SlotFailed(self._fault())
        self._frames.feed(data)
        if self._report is None:
            frame = self._frames.next()
            if frame is None:
                return None
            report = unpack_report(frame)
            if isinstance(report, str):
                raise _SlotFailed(report)
            self._report = report
        report = self._report
        trace = self._frames.next() if report.traced else b""
        if trace is None:
            return None
        self._report = None
        return report, _trace(trace)

    def _fault(self) -> str:
        """Why the keeper went, if it said so."""
        self._keeper.settimeout(_GRACE_S)
        try:
            return str(json.loads(wire.receive(self._keeper))["fault"])
        except (wire.WireError, ValueError, LookupError):
            return "its process died"

    def is_stopped(self) -> bool:
        """Whether somebody has stopped a process that this slot needs; what is stopped is killed."""
        stopped = [pid for identity in self._identities if (pid := identity.stopped()) is not None]
        for pid in stopped:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return bool(stopped)

    def kill(self) -> None:
        """Ends both from outside: with the first process of a namespace the kernel ends all of it."""
        while self._identities:
            self._identities.pop().kill()
        self._keeper.close()
        self._judge.close()


@dataclass(slots=True)
class _Job:
    """One test of one program."""

    program: int
    test: int
    losses: int = 0
    server_deaths: int = 0


class _Server:
    """One running fork server."""

    def __init__(self, packages: str) -> None:
        ours, theirs = socket.socketpair()
        package_parent = str(Path(__file__).resolve().parent.parent)
        command = [
            sys.executable,
            "-s",
            "-S",
            "-P",
            "-c",
            _BOOT,
            package_parent,
            str(theirs.fileno()),
            packages,
        ]
        with theirs:
            self._process = subprocess.Popen(
                command,
                env=_ENVIRONMENT,
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        self.missing: dict[str, str] = {}
        ours.settimeout(_START_S)
        try:
            hello = json.loads(wire.receive(ours))
        except wire.WireError:
            self.close()
            raise _ServerGone from None
        if "fault" in hello:
            self.close()
            raise SandboxRefused(f"the sandbox's fork server did not start: {hello['fault']}")
        self.missing = hello["missing"]

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def slot(self, limits: Limits) -> _Slot:
        """Asks for one more slot; its processes are being made when this returns."""
        keeper, keeper_end = socket.socketpair()
        judge, judge_end = socket.socketpair()
        link, link_end = socket.socketpair()
        with keeper_end, judge_end, link, link_end:
            try:
                for role, ends in ((KEEPER, (keeper_end, link)), (JUDGE, (judge_end, link_end))):
                    descriptors = [end.fileno() for end in ends]
                    wire.send_descriptors(self._control, pack_request(role, limits), descriptors)
            except OSError:
                keeper.close()
                judge.close()
                raise _ServerGone from None
        return _Slot(self, limits, judge, keeper)

    def alive(self) -> bool:
        """Whether the server still holds its end."""
        if self._process.poll() is not None:
            return False
        return not select.select([self._control], [], [], 0)[0]

    def close(self) -> None:
        """Ends the server, and with it every slot."""
        self._control.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Sandbox:
    """Runs programs against their tests, each test on a fresh process, `workers` at a time.

    Layers that this machine lacks although they are required refuse the run, unless they are named in
    `allow_missing_layers`. With `packages` programs and tests may import what is installed beside this
    interpreter (numpy, pandas), and can read those folders. For one calling thread; `close` may come from
    another one.
    """

    def __init__(
        self, *, workers: int = 2, allow_missing_layers: Sequence[str] = (), packages: bool = False
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers is {workers}; at least 1 is needed")
        self.workers = workers
        self._packages = os.pathsep.join(_package_folders()) if packages else ""
        self._lock = threading.Lock()
        self._closed = False
        self._server: _Server | None = None
        self._idle: deque[_Slot] = deque()
        self._limits = Limits()
        self._start()
        self._check_layers(frozenset(allow_missing_layers))

    def _start(self) -> None:
        """Starts a fork server, also in the place of one that died."""
        self._drop_idle()
        if self._server is not None:
            self._server.close()
        for _ in range(_STARTS):
            try:
                self._server = _Server(self._packages)
                self._refill()
            except _ServerGone:
                continue
            self._missing = self._server.missing
            return
        raise SandboxRefused(f"the sandbox's fork server died {_STARTS} times while it was started")

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().kill()

    def _refill(self) -> None:
        """One slot more than can work at once, so that one is always being made ready."""
        assert self._server is not None
        while len(self._idle) <= self.workers:
            self._idle.append(self._server.slot(self._limits))

    def _check_layers(self, allowed: frozenset[str]) -> None:
        refused = sorted((REQUIRED & self._missing.keys()) - allowed)
        if not refused:
            return
        self.close()
        details = "; ".join(f"{name}: {self._missing[name]}" for name in refused)
        raise SandboxRefused(
            f"required layers of the sandbox are missing ({details}); to run without them name them in"
            f" allow_missing_layers: {', '.join(refused)}"
        )

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Each line of defence, on or off, and why."""
        return tuple(
            Layer(one.name, one.name not in self._missing, one.required, self._missing.get(one.name, ""))
            for one in LAYERS
        )

    @property
    def server_pid(self) -> int:
        """Process id of the fork server."""
        assert self._server is not None
        return self._server.pid

    def is_served(self, slot: _Slot) -> bool:
        """Whether the fork server that made a slot is still the one that runs."""
        return not self._closed and slot.server is self._server and self._server.alive()

    def run(self, program: Program) -> Report:
        """Runs one program against all its tests."""
        return self.run_many([program])[0]

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """Runs several programs; when `should_stop` says so, only the leading finished ones are returned."""
        with self._lock:
            return _Batch(self, programs, should_stop).run()

    def run_tests(self, program: Program, should_stop: Callable[[], bool]) -> list[TestResult | None]:
        """Runs one program; a test that was not finished when `should_stop` said so has None for its row."""
        with self._lock:
            batch = _Batch(self, [program], should_stop)
            batch.run()
            return batch.rows[0]

    def close(self) -> None:
        """Ends the fork server and every run."""
        self._closed = True
        self._drop_idle()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, limits: Limits) -> _Slot:
        """A slot for runs with these limits: the one that had the longest time to get ready."""
        if self._closed or self._server is None:
            raise SandboxRefused(_CLOSED)
        if limits != self._limits:
            self._drop_idle()
            self._limits = limits
        try:
            if not self._idle:
                self._refill()
        except _ServerGone:
            self._start()
        return self._idle.popleft()

    def _give_back(self, slot: _Slot, *, spent: bool) -> None:
        """Keeps a slot for later runs, or has a new one made in its place."""
        if not spent and slot.limits == self._limits and not self._closed:
            slot.job = None
            self._idle.append(slot)
            return
        slot.kill()
        if self._server is not None and not self._closed and len(self._idle) <= self.workers:
            with contextlib.suppress(_ServerGone):
                self._idle.append(self._server.slot(self._limits))

    def _revive(self) -> None:
        """Starts the server again if it has died."""
        if self._closed:
            raise SandboxRefused(_CLOSED)
        if self._server is None or not self._server.alive():
            self._start()


class _Batch:
    """One `run_many`: its waiting tests, its running cells, its rows."""

    def __init__(
        self, sandbox: Sandbox, programs: Sequence[Program], should_stop: Callable[[], bool] | None
    ) -> None:
        self._sandbox = sandbox
        self._programs = programs
        self._should_stop = should_stop
        self.rows: list[list[TestResult | None]] = [[None] * len(program.tests) for program in programs]
        self._started: dict[int, float] = {}
        self._finished: dict[int, float] = {}
        self._waiting = deque(
            _Job(index, test) for index, program in enumerate(programs) for test in range(len(program.tests))
        )
        self._running: list[_Slot] = []

    def run(self) -> list[Report]:
        """Works until every test has its row."""
        try:
            while (self._waiting or self._running) and not (self._should_stop and self._should_stop()):
                while self._waiting and len(self._running) < self._sandbox.workers:
                    self._hand_out(self._waiting.popleft())
                self._wait()
        finally:
            for slot in self._running:
                self._sandbox._give_back(slot, spent=True)
        return self._reports()

    def _hand_out(self, job: _Job) -> None:
        program = self._programs[job.program]
        slot = self._sandbox._take(program.limits)
        self._running.append(slot)
        self._started.setdefault(job.program, time.monotonic())
        slot.job = job
        try:
            slot.handshake()
        except _SlotFailed as failure:
            self._lost(slot, str(failure))
            return
        slot.deadline = time.monotonic() + program.limits.wall_s + _GRACE_S
        slot.hand(job, pack_brief(program, job.test))

    def _wait(self) -> None:
        if not self._running:
            return
        timeout = min(slot.deadline for slot in self._running) - time.monotonic()
        if self._should_stop is not None:
            timeout = min(timeout, _STOP_S)
        ready, _, _ = select.select(self._running, [], [], max(0.0, timeout))
        for slot in ready:
            self._advance(slot)
        now = time.monotonic()
        for slot in [slot for slot in self._running if slot.deadline <= now]:
            if slot.is_stopped():
                self._lost(slot, "its process was stopped from outside")
            else:
                self._finish(slot, Verdict.TIMEOUT, "not finished in time; ended from outside", spent=True)

    def _advance(self, slot: _Slot) -> None:
        try:
            found = slot.read()
        except _SlotFailed as failure:
            self._lost(slot, str(failure))
            return
        if found is None:
            return
        report, trace = found
        if report.verdict is Verdict.SANDBOX_ERROR:
            self._lost(slot, report.error or "")
            return
        self._finish(
            slot,
            report.verdict,
            report.error,
            wall_s=report.wall_s,
            output=report.output,
            trace=trace,
            spent=report.spent,
        )

    def _lost(self, slot: _Slot, reason: str) -> None:
        """A slot ended without a report: the sandbox's fault, so the test is tried again."""
        assert slot.job is not None
        if self._sandbox.is_served(slot):
            slot.job.losses += 1
        else:
            slot.job.server_deaths += 1
        if slot.job.losses >= _LOSSES or slot.job.server_deaths >= _SERVER_DEATHS:
            self._finish(slot, Verdict.SANDBOX_ERROR, f"the sandbox failed: {reason}", spent=True)
            return
        self._waiting.appendleft(slot.job)
        self._running.remove(slot)
        self._sandbox._give_back(slot, spent=True)
        self._sandbox._revive()

    def _finish(
        self,
        slot: _Slot,
        verdict: Verdict,
        error: str | None,
        *,
        spent: bool,
        wall_s: float = 0.0,
        output: str = "",
        trace: Trace | None = None,
    ) -> None:
        assert slot.job is not None
        program, test = slot.job.program, slot.job.test
        text = self._programs[program].tests[test].text
        self.rows[program][test] = TestResult(text, verdict, error, wall_s, output, trace)
        self._finished[program] = time.monotonic()
        self._running.remove(slot)
        self._sandbox._give_back(slot, spent=spent)

    def _reports(self) -> list[Report]:
        reports = []
        for index, rows in enumerate(self.rows):
            results = tuple(row for row in rows if row is not None)
            if len(results) != len(rows):
                break
            worst = next((row.status for row in results if not row.passed), Verdict.PASSED)
            if not results:
                worst = Verdict.ERROR
            wall_s = self._finished.get(index, 0.0) - self._started.get(index, 0.0)
            reports.append(Report(worst, results, wall_s))
        return reports


def _trace(data: bytes) -> Trace | None:
    if not data:
        return None
    rows, dropped = trace_memory.unpack(data)
    return Trace(tuple(map(partial(tuple.__new__, TraceEvent), rows)), dropped)


def _package_folders() -> list[str]:
    """The folders of installed packages that this interpreter uses: those that a sandbox can see."""
    return [path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS and Path(path).is_dir()]


def missing_packages(names: Iterable[str]) -> list[str]:
    """Which modules a sandbox made with `packages` would not find."""
    folders = _package_folders()
    return [name for name in names if PathFinder.find_spec(name, folders) is None]


def layers() -> tuple[Layer, ...]:
    """Each line of defence on this machine, found out by trying."""
    with Sandbox(workers=1, allow_missing_layers=tuple(REQUIRED)) as sandbox:
        return sandbox.layers
