"""The slots in which tests run, and the fork server that makes them."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import select
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from egcfg_sandbox import system, trace_memory, wire
from egcfg_sandbox.orders import Brief, RunReport, unpack_report
from egcfg_sandbox.server.requests import JUDGE, KEEPER, pack_request
from egcfg_sandbox.verdicts import Limits, Trace, TraceEvent

# The same order of sets in every run; no threads of numerical libraries, which a fork would lose; functions
# of libraries looked up once, and not again after every fork.
_ENVIRONMENT: Final = {
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "LD_BIND_NOW": "1",
}
_START_S: Final = 30.0
GRACE_S: Final = 2.0
_STARTS: Final = 5
_PIECE: Final = 1 << 16
_BOOT: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    " from egcfg_sandbox.server.main import main; main(int(sys.argv[2]), *sys.argv[3:])"
)


@dataclass(slots=True)
class Job:
    """One test of one program."""

    program: int
    test: int
    inside: bool
    losses: int = 0


class SandboxRefused(Exception):
    """This machine lacks a required layer, or the fork server cannot start. The text says what to do."""


class ServerGone(Exception):
    """The fork server died; it is started again."""


class SlotFailed(Exception):
    """A slot could not be made, or it died; the text says why."""


class Slot:
    """A judge and a keeper that belong together, and the test that they run."""

    def __init__(self, limits: Limits, judge: socket.socket, keeper: socket.socket) -> None:
        self.limits = limits
        self.job: Job | None = None
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
        """Waits until both processes have started, and keeps the means to kill them."""
        if self._identities:
            return
        for channel in (self._keeper, self._judge):
            channel.settimeout(_START_S)
            try:
                identity = system.meet(channel)
            except OSError as error:
                raise SlotFailed(f"it did not start: {error}") from None
            if identity is None:
                raise SlotFailed("its process did not start")
            self._identities.append(identity)

    def hand(self, job: Job, brief: Brief) -> None:
        """Gives the judge its test; a judge that has gone is noticed when its report is read."""
        self.job = job
        self._judge.settimeout(GRACE_S)
        with contextlib.suppress(wire.WireError):
            wire.send(self._judge, pickle.dumps(brief))
        self._judge.setblocking(False)

    def read(self) -> tuple[RunReport, Trace | None] | None:
        """The judge's report and trace if they are whole; raises `SlotFailed` when the judge has gone."""
        try:
            data = self._judge.recv(_PIECE)
        except BlockingIOError:
            return None
        except OSError:
            data = b""
        if not data:
            raise SlotFailed(self._fault())
        self._frames.feed(data)
        if self._report is None:
            frame = self._frames.next()
            if frame is None:
                return None
            report = unpack_report(frame)
            if isinstance(report, str):
                raise SlotFailed(report)
            self._report = report
        report = self._report
        trace = self._frames.next() if report.traced else b""
        if trace is None:
            return None
        self._report = None
        return report, _trace(trace)

    def _fault(self) -> str:
        """Why the keeper went, if it said so."""
        self._keeper.settimeout(GRACE_S)
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


class Server:
    """One running fork server."""

    def __init__(self, packages: str, modules: Iterable[str], *, inside: bool) -> None:
        """Starts it, with these modules imported; see `Pool`."""
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
            ",".join(sorted(modules)),
            "inside" if inside else "",
        ]
        # Where matplotlib keeps what it found out about fonts.
        home = {"HOME": os.environ.get("HOME", "/")} if modules else {}
        with theirs:
            self._process = subprocess.Popen(
                command,
                env=_ENVIRONMENT | home,
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
            raise ServerGone from None
        if "fault" in hello:
            self.close()
            raise SandboxRefused(f"the sandbox's fork server did not start: {hello['fault']}")
        self.missing = hello["missing"]

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self._process.pid

    def slot(self, limits: Limits) -> Slot:
        """Asks for one more slot and returns at once; its processes start meanwhile."""
        keeper, keeper_end = socket.socketpair()
        judge, judge_end = socket.socketpair()
        link, link_end = socket.socketpair()
        with keeper_end, judge_end, link, link_end:
            try:
                for role, ends in ((KEEPER, (keeper_end, link)), (JUDGE, (judge_end, link_end))):
                    descriptors = [end.fileno() for end in ends]
                    socket.send_fds(self._control, [pack_request(role, limits)], descriptors)
            except OSError:
                keeper.close()
                judge.close()
                raise ServerGone from None
        return Slot(limits, judge, keeper)

    def alive(self) -> bool:
        """Whether the server still lives."""
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


class Pool:
    """The slots of one mode, kept ready, and their fork server, which is started again when it dies.

    `packages` are folders of further packages; with `inside` the server is one for tests that run in the
    program's process, and has their runner ready. `deaths` counts the servers that somebody killed.
    """

    def __init__(self, workers: int, packages: str, *, inside: bool = False) -> None:
        self.deaths = 0
        self._workers = workers
        self._packages = packages
        self._inside = inside
        self._modules: frozenset[str] = frozenset()
        self._server: Server | None = None
        self._idle: deque[Slot] = deque()
        self._limits = Limits()
        self._closed = False

    @property
    def missing(self) -> dict[str, str]:
        """The layers that are off, and why."""
        assert self._server is not None
        return self._server.missing

    @property
    def server_pid(self) -> int:
        """Process id of the fork server."""
        assert self._server is not None
        return self._server.pid

    def prepare(self, modules: frozenset[str] = frozenset()) -> None:
        """Makes sure that a fork server runs which has imported these modules."""
        if self._server is None or not modules <= self._modules:
            self._modules |= modules
            self._start()

    def _start(self) -> None:
        """Starts a fork server, also in the place of one that died or lacks a module."""
        self._drop_idle()
        if self._server is not None:
            self._server.close()
        for _ in range(_STARTS):
            try:
                self._server = Server(self._packages, self._modules, inside=self._inside)
                self._refill()
            except ServerGone:
                continue
            return
        raise SandboxRefused(f"the sandbox's fork server died {_STARTS} times while it was started")

    def _start_after_death(self) -> None:
        self.deaths += 1
        self._start()

    def take(self, limits: Limits) -> Slot:
        """A slot for runs with these limits: the one that was made first."""
        if limits != self._limits:
            self._drop_idle()
            self._limits = limits
        try:
            if not self._idle:
                self._refill()
        except ServerGone:
            self._start_after_death()
        return self._idle.popleft()

    def give_back(self, slot: Slot, *, spent: bool) -> None:
        """Keeps a slot for later runs, or has a new one made in its place."""
        if not spent and slot.limits == self._limits and not self._closed:
            slot.job = None
            self._idle.append(slot)
            return
        slot.kill()
        if self._server is not None and not self._closed and len(self._idle) <= self._workers:
            with contextlib.suppress(ServerGone):
                self._idle.append(self._server.slot(self._limits))

    def revive(self) -> None:
        """Starts the server again if it has died."""
        if self._server is None or not self._server.alive():
            self._start_after_death()

    def close(self) -> None:
        """Ends the fork server and every run."""
        self._closed = True
        self._drop_idle()
        if self._server is not None:
            self._server.close()

    def _drop_idle(self) -> None:
        while self._idle:
            self._idle.pop().kill()

    def _refill(self) -> None:
        """Keeps one slot more than can work at once, so that the next one is always getting ready."""
        assert self._server is not None
        while len(self._idle) <= self._workers:
            self._idle.append(self._server.slot(self._limits))


def _trace(data: bytes) -> Trace | None:
    if not data:
        return None
    rows, dropped = trace_memory.unpack(data)
    return Trace(tuple(map(partial(tuple.__new__, TraceEvent), rows)), dropped)
