"""The caller's side: starts the fork server, hands tests to cells, collects the rows."""

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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from egcfg_sandbox import wire
from egcfg_sandbox.server.cell import SHAPE, brief_for
from egcfg_sandbox.verdicts import Layer, Limits, Program, Report, TestResult, Trace, TraceEvent, Verdict

_START_S: Final = 30.0
_GRACE_S: Final = 2.0
_ATTEMPTS: Final = 3
_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from egcfg_sandbox.server.main import main; main(int(sys.argv[2]))"
)
REQUIRED: Final = frozenset({"landlock", "seccomp", "rlimits", "no_new_privs"})
_LAYERS: Final = (
    "no_new_privs user_namespace pid_namespace net_namespace mount_namespace ipc_namespace uts_namespace"
    " landlock seccomp rlimits capabilities environment"
).split()


class SandboxRefused(Exception):
    """This machine lacks a required layer, or the fork server cannot start. The text says what to do."""


class _ServerGone(Exception):
    """The fork server died; it is started again."""


@dataclass(slots=True)
class _Cell:
    """One forked cell and the test it was handed."""

    channel: socket.socket
    pidfd: int | None = None
    frames: wire.Frames = field(default_factory=lambda: wire.Frames(wire.LARGEST_MESSAGE))
    missing: dict[str, str] | None = None
    job: _Job | None = None
    deadline: float = 0.0

    def fileno(self) -> int:
        return self.channel.fileno()

    def kill(self) -> None:
        """Ends the cell from outside: with its first process the kernel ends all of it."""
        if self.pidfd is not None:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)
            os.close(self.pidfd)
            self.pidfd = None
        self.channel.close()


@dataclass(slots=True)
class _Job:
    """One test of one program."""

    program: int
    test: int
    attempts: int = 0


class _Server:
    """One running fork server."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        package_parent = str(Path(__file__).resolve().parent.parent)
        command = [sys.executable, "-s", "-S", "-P", "-c", _BOOT, package_parent, str(theirs.fileno())]
        with theirs:
            self._process = subprocess.Popen(
                command,
                env={"PYTHONHASHSEED": "0"},
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._control = ours
        ours.settimeout(_START_S)
        try:
            hello = json.loads(wire.receive(ours))
        except wire.WireError as error:
            self.close()
            raise SandboxRefused(f"the sandbox's fork server did not start: {error}") from None
        if "fault" in hello:
            self.close()
            raise SandboxRefused(f"the sandbox's fork server did not start: {hello['fault']}")

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def cell(self, shape: bytes) -> _Cell:
        """Asks for one more cell; it is ready to be written to at once."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                wire.send_descriptors(self._control, shape, [theirs.fileno()])
            except OSError:
                ours.close()
                raise _ServerGone from None
        ours.setblocking(False)
        return _Cell(ours)

    def alive(self) -> bool:
        """Whether the server still holds its end."""
        if self._process.poll() is not None:
            return False
        return not select.select([self._control], [], [], 0)[0]

    def close(self) -> None:
        """Ends the server, and with it every cell."""
        self._control.close()
        try:
            self._process.wait(1.0)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Sandbox:
    """Runs programs against their tests, each test in a fresh cell, `workers` at a time.

    Layers that this machine lacks although they are required refuse the run, unless they are named in
    `allow_missing_layers`. For one calling thread; `close` may come from another one.
    """

    def __init__(self, *, workers: int = 2, allow_missing_layers: Sequence[str] = ()) -> None:
        if workers < 1:
            raise ValueError(f"workers is {workers}; at least 1 is needed")
        self._workers = workers
        self._lock = threading.Lock()
        self._closed = False
        self._server: _Server | None = None
        self._spare: deque[_Cell] = deque()
        self._shape = _shape(Limits())
        self._missing: dict[str, str] = {}
        self._start()
        self._check_layers(frozenset(allow_missing_layers))

    def _start(self) -> None:
        if self._server is not None:
            self._server.close()
        for cell in self._spare:
            cell.kill()
        self._spare.clear()
        self._server = _Server()
        self._refill()

    def _refill(self) -> None:
        assert self._server is not None
        while len(self._spare) < self._workers:
            self._spare.append(self._server.cell(self._shape))

    def _check_layers(self, allowed: frozenset[str]) -> None:
        cell = self._spare[0]
        deadline = time.monotonic() + _START_S
        while cell.missing is None:
            if not select.select([cell], [], [], max(0.0, deadline - time.monotonic()))[0]:
                self.close()
                raise SandboxRefused("the sandbox's first cell did not start in time")
            try:
                message = _read(cell)
            except wire.WireError as error:
                message = {"fault": str(error)}
            if message is not None:
                self.close()
                raise SandboxRefused(f"the sandbox cannot confine programs here: {message.get('fault')}")
        self._missing = cell.missing
        refused = sorted((REQUIRED & self._missing.keys()) - allowed)
        if refused:
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
            Layer(name, name not in self._missing, name in REQUIRED, self._missing.get(name, ""))
            for name in _LAYERS
        )

    @property
    def server_pid(self) -> int:
        """Process id of the fork server."""
        assert self._server is not None
        return self._server.pid

    def run(self, program: Program) -> Report:
        """Runs one program against all its tests."""
        return self.run_many([program])[0]

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """Runs several programs; when `should_stop` says so, only the leading finished ones are returned."""
        with self._lock:
            return _Batch(self, programs, should_stop).run()

    def close(self) -> None:
        """Ends the fork server and every run."""
        self._closed = True
        for cell in list(self._spare):
            cell.kill()
        self._spare.clear()
        if self._server is not None:
            self._server.close()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _take(self, shape: bytes) -> _Cell:
        """A fresh cell of the shape, from the spare ones where possible."""
        if self._closed or self._server is None:
            raise SandboxRefused("the sandbox is closed; make a new one")
        if shape != self._shape:
            for cell in self._spare:
                cell.kill()
            self._spare.clear()
            self._shape = shape
        try:
            cell = self._spare.popleft() if self._spare else self._server.cell(shape)
            self._spare.append(self._server.cell(shape))
        except _ServerGone:
            self._start()
            return self._take(shape)
        return cell

    def _revive(self) -> None:
        """Starts the server again if it has died."""
        if self._server is not None and not self._server.alive() and not self._closed:
            self._start()


class _Batch:
    """One `run_many`: its waiting tests, its running cells, its rows."""

    def __init__(
        self, sandbox: Sandbox, programs: Sequence[Program], should_stop: Callable[[], bool] | None
    ) -> None:
        self._sandbox = sandbox
        self._programs = programs
        self._should_stop = should_stop
        self._rows: list[list[TestResult | None]] = [[None] * len(program.tests) for program in programs]
        self._started: dict[int, float] = {}
        self._finished: dict[int, float] = {}
        self._waiting = deque(
            _Job(index, test) for index, program in enumerate(programs) for test in range(len(program.tests))
        )
        self._running: list[_Cell] = []

    def run(self) -> list[Report]:
        """Works until every test has its row."""
        try:
            while (self._waiting or self._running) and not (self._should_stop and self._should_stop()):
                while self._waiting and len(self._running) < self._sandbox._workers:
                    self._hand_out(self._waiting.popleft())
                self._wait()
        finally:
            for cell in self._running:
                cell.kill()
        return self._reports()

    def _hand_out(self, job: _Job) -> None:
        program = self._programs[job.program]
        job.attempts += 1
        cell = self._sandbox._take(_shape(program.limits))
        cell.job = job
        self._started.setdefault(job.program, time.monotonic())
        cell.deadline = time.monotonic() + program.limits.wall_s + _GRACE_S
        brief = brief_for(
            program.tests[job.test],
            program.source,
            program.limits,
            trace=program.trace,
            entry_point=program.entry_point,
        )
        self._running.append(cell)
        cell.channel.setblocking(True)
        cell.channel.settimeout(_GRACE_S)
        with contextlib.suppress(wire.WireError):
            wire.send(cell.channel, brief)
        cell.channel.setblocking(False)

    def _wait(self) -> None:
        timeout = min(cell.deadline for cell in self._running) - time.monotonic()
        if self._should_stop is not None:
            timeout = min(timeout, 0.05)
        ready, _, _ = select.select(self._running, [], [], max(0.0, timeout))
        for cell in ready:
            self._advance(cell)
        now = time.monotonic()
        for cell in [cell for cell in self._running if cell.deadline <= now]:
            self._settle(cell, Verdict.TIMEOUT, "not finished in time; ended from outside")

    def _advance(self, cell: _Cell) -> None:
        try:
            message = _read(cell)
        except wire.WireError:
            self._lost(cell, "its process died")
            return
        if message is None or "missing" in message:
            return
        if "fault" in message:
            self._lost(cell, str(message["fault"]))
            return
        assert cell.job is not None
        test = self._programs[cell.job.program].tests[cell.job.test]
        row = TestResult(
            test=test.text,
            status=Verdict(message["status"]),
            error=message["error"],
            wall_s=float(message["wall_s"]),
            output=message["output"],
            trace=_trace(message["trace"]),
        )
        self._finish(cell, row)

    def _lost(self, cell: _Cell, reason: str) -> None:
        """A cell ended without a verdict: the sandbox's fault, so the test is tried again."""
        assert cell.job is not None
        job = cell.job
        if job.attempts < _ATTEMPTS:
            self._running.remove(cell)
            cell.kill()
            self._sandbox._revive()
            self._waiting.appendleft(job)
        else:
            self._settle(cell, Verdict.SANDBOX_ERROR, f"the sandbox failed: {reason}")

    def _settle(self, cell: _Cell, verdict: Verdict, error: str) -> None:
        assert cell.job is not None
        test = self._programs[cell.job.program].tests[cell.job.test]
        self._finish(cell, TestResult(test=test.text, status=verdict, error=error))

    def _finish(self, cell: _Cell, row: TestResult) -> None:
        assert cell.job is not None
        self._rows[cell.job.program][cell.job.test] = row
        self._finished[cell.job.program] = time.monotonic()
        self._running.remove(cell)
        cell.kill()

    def _reports(self) -> list[Report]:
        reports = []
        for index, rows in enumerate(self._rows):
            results = tuple(row for row in rows if row is not None)
            if len(results) != len(rows):
                break
            worst = next((row.status for row in results if not row.passed), Verdict.PASSED)
            if not results:
                worst = Verdict.ERROR
            wall_s = self._finished.get(index, 0.0) - self._started.get(index, 0.0)
            reports.append(Report(worst, results, wall_s))
        return reports


def _shape(limits: Limits) -> bytes:
    return SHAPE.pack(limits.scratch_bytes, limits.trace_events)


def _read(cell: _Cell) -> dict[str, Any] | None:
    """The next message of a cell if there is a whole one; raises `WireError` when it has gone."""
    try:
        data, descriptors, _, _ = socket.recv_fds(cell.channel, 1 << 16, 1)
    except BlockingIOError:
        return None
    except OSError as error:
        raise wire.WireError(str(error)) from None
    if descriptors:
        cell.pidfd = descriptors[0]
    if not data:
        raise wire.WireError("the cell closed")
    cell.frames.feed(data)
    while (frame := cell.frames.next()) is not None:
        message: dict[str, Any] = json.loads(frame)
        if "missing" not in message:
            return message
        cell.missing = message["missing"]
    return None


def _trace(plain: Any) -> Trace | None:
    if plain is None:
        return None
    rows, dropped = plain
    events = tuple(
        TraceEvent(kind, line, depth, function, tuple((name, text) for name, text in changes), value, repeats)
        for kind, line, depth, function, changes, value, repeats in rows
    )
    return Trace(events, dropped)


def layers() -> tuple[Layer, ...]:
    """Each line of defence on this machine, found out by trying."""
    with Sandbox(workers=1, allow_missing_layers=tuple(REQUIRED)) as sandbox:
        return sandbox.layers
