"""The caller's side: starts the fork server, hands tests to slots, collects the rows."""

from __future__ import annotations

import os
import select
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from egcfg_sandbox.confinement import LAYERS, REQUIRED
from egcfg_sandbox.judge.mode import why_inside
from egcfg_sandbox.orders import RunReport, brief_for
from egcfg_sandbox.server.preloading import preloadable
from egcfg_sandbox.slots import GRACE_S, Job, Pool, Slot, SlotFailed
from egcfg_sandbox.slots import SandboxRefused as SandboxRefused
from egcfg_sandbox.verdicts import Layer, Program, Report, TestResult, Trace, Verdict

_LOSSES: Final = 5
"""How often a run may lose its slot, or the fork server, before that is its verdict."""
_STOP_S: Final = 0.05
_PACKAGE_FOLDERS: Final = ("site-packages", "dist-packages")
_CLOSED: Final = "the sandbox is closed; make a new one"


class Sandbox:
    """Runs programs against their tests, each test on a fresh process, `workers` at a time.

    Layers that this machine lacks although they are required refuse the run, unless they are named in
    `allow_missing_layers`. With `packages` guarded tests and their programs may import what is installed
    beside this interpreter (numpy, pandas), and can read those folders; tests that run inside always may, as
    pytest lies there. For one calling thread; `close` may come from another one.
    """

    def __init__(
        self, *, workers: int = 2, allow_missing_layers: Sequence[str] = (), packages: bool = False
    ) -> None:
        if workers < 1:
            raise ValueError(f"workers is {workers}; at least 1 is needed")
        self.workers = workers
        self._lock = threading.Lock()
        self._closed = False
        folders = os.pathsep.join(_package_folders())
        self._guarded = Pool(workers, folders if packages else "")
        self._inside = Pool(workers, folders, inside=True)
        self._packages = packages
        self._guarded.prepare()
        self._missing = self._guarded.missing
        self._check_layers(frozenset(allow_missing_layers))

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
        return self._guarded.server_pid

    @property
    def server_deaths(self) -> int:
        """How often a fork server died, without being asked to, and was started again."""
        return self._guarded.deaths + self._inside.deaths

    def run(self, program: Program) -> Report:
        """Runs one program against all its tests."""
        return self.run_many([program])[0]

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """Runs several programs; when `should_stop` says so, only the leading finished ones are returned."""
        with self._lock:
            return self._batch(programs, should_stop).run()

    def run_tests(self, program: Program, should_stop: Callable[[], bool]) -> list[TestResult | None]:
        """Runs one program; a test that was not finished when `should_stop` said so has None for its row."""
        with self._lock:
            batch = self._batch([program], should_stop)
            batch.run()
            return batch.rows[0]

    def close(self) -> None:
        """Ends the fork server and every run."""
        self._closed = True
        for pool in (self._guarded, self._inside):
            pool.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _batch(self, programs: Sequence[Program], should_stop: Callable[[], bool] | None) -> _Batch:
        """Runs these programs, when all that they need has been prepared."""
        if self._closed:
            raise SandboxRefused(_CLOSED)
        batch = _Batch(self, programs, should_stop)
        modules = frozenset(name for program in programs for name in preloadable(program))
        if self._packages:
            self._guarded.prepare(modules)
        if batch.has_tests_inside:
            self._require_scratch_folder()
            self._inside.prepare(modules)
        return batch

    def _pool(self, job: Job) -> Pool:
        """The pool whose slots run a job."""
        if self._closed:
            raise SandboxRefused(_CLOSED)
        return self._inside if job.inside else self._guarded

    def _require_scratch_folder(self) -> None:
        reason = self._missing.get("mount_namespace")
        if reason is not None:
            raise SandboxRefused(
                f"tests that run inside the program's process need a scratch folder, which this machine does"
                f" not give (layer mount_namespace: {reason}); leave them out"
            )


class _Batch:
    """One `run_many`: the waiting tests, the running slots, the rows."""

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
            Job(index, number, why_inside(test) is not None)
            for index, program in enumerate(programs)
            for number, test in enumerate(program.tests)
        )
        self._running: list[Slot] = []

    @property
    def has_tests_inside(self) -> bool:
        """Whether a test runs in the program's process."""
        return any(job.inside for job in self._waiting)

    def run(self) -> list[Report]:
        """Works until every test has its row."""
        try:
            while (self._waiting or self._running) and not (self._should_stop and self._should_stop()):
                while self._waiting and len(self._running) < self._sandbox.workers:
                    self._hand_out(self._waiting.popleft())
                self._wait()
        finally:
            for slot in self._running:
                self._give_back(slot, spent=True)
        return self._reports()

    def _hand_out(self, job: Job) -> None:
        program = self._programs[job.program]
        slot = self._sandbox._pool(job).take(program.limits)
        self._running.append(slot)
        self._started.setdefault(job.program, time.monotonic())
        slot.job = job
        try:
            slot.handshake()
        except SlotFailed as failure:
            self._lost(slot, str(failure))
            return
        slot.deadline = time.monotonic() + program.limits.wall_s + GRACE_S
        slot.hand(job, brief_for(program, job.test, inside=job.inside))

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
                self._finish(slot, RunReport(Verdict.TIMEOUT, "not finished in time; ended from outside"))

    def _advance(self, slot: Slot) -> None:
        try:
            found = slot.read()
        except SlotFailed as failure:
            self._lost(slot, str(failure))
            return
        if found is None:
            return
        report, trace = found
        if report.verdict is Verdict.SANDBOX_ERROR:
            self._lost(slot, report.error or "")
            return
        self._finish(slot, report, trace)

    def _lost(self, slot: Slot, reason: str) -> None:
        """A slot ended without a report: the sandbox's fault, so the test is tried again."""
        assert slot.job is not None
        pool = self._sandbox._pool(slot.job)
        slot.job.losses += 1
        if slot.job.losses >= _LOSSES:
            self._finish(slot, RunReport(Verdict.SANDBOX_ERROR, f"the sandbox failed: {reason}"))
            return
        self._waiting.appendleft(slot.job)
        self._running.remove(slot)
        pool.give_back(slot, spent=True)
        pool.revive()

    def _finish(self, slot: Slot, report: RunReport, trace: Trace | None = None) -> None:
        assert slot.job is not None
        job = slot.job
        self.rows[job.program][job.test] = TestResult(
            self._programs[job.program].tests[job.test].text,
            report.verdict,
            report.error,
            report.wall_s,
            report.output,
            trace,
            not job.inside,
            report.got,
            report.expected,
        )
        self._finished[job.program] = time.monotonic()
        self._running.remove(slot)
        self._give_back(slot, spent=report.spent)

    def _give_back(self, slot: Slot, *, spent: bool) -> None:
        assert slot.job is not None
        pool = self._sandbox._inside if slot.job.inside else self._sandbox._guarded
        pool.give_back(slot, spent=spent)

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


def _package_folders() -> list[str]:
    """The folders of installed packages that this interpreter uses: those that a sandbox can see."""
    return [path for path in sys.path if Path(path).name in _PACKAGE_FOLDERS and Path(path).is_dir()]


def missing_packages(names: Iterable[str]) -> list[str]:
    """The modules that a sandbox with `packages` does not find."""
    folders = _package_folders()
    return [name for name in names if PathFinder.find_spec(name, folders) is None]


def layers() -> tuple[Layer, ...]:
    """Each line of defence on this machine, found out by trying."""
    with Sandbox(workers=1, allow_missing_layers=tuple(REQUIRED)) as sandbox:
        return sandbox.layers
