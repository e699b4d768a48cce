"""The judge's process: takes one test after another from the caller, and a fresh program for each.

It is kept for the next test only after one that could not have left anything behind; otherwise it ends with
its report, and the caller takes another slot.
"""

from __future__ import annotations

import gc
import os
import resource
import signal
import socket
import sys
import threading
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from egcfg_sandbox import macos, system, trace_memory, wire
from egcfg_sandbox.candidate.runner import READY
from egcfg_sandbox.judge.faults import NotATest
from egcfg_sandbox.judge.orders import Brief, RunReport, unpack_brief
from egcfg_sandbox.judge.session import Session
from egcfg_sandbox.judge.verdict import judge
from egcfg_sandbox.judge.watch import Ends, Ticks, Watch
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.server.keeper import LASTING, MOST_ENDS, STATUS_BYTES, unpack_status
from egcfg_sandbox.server.zone import Zone
from egcfg_sandbox.verdicts import Limits

_CODEC_RECURSION: Final = 3_000
# A test may start a thousand threads; at the system's size their stacks alone would not fit. It is enough for
# what goes as deep as the interpreter lets it, such as the text of lists nested without an end: as deep as
# `_CODEC_RECURSION` in Python 3.11, to a bound of its own later.
_STACK_BYTES: Final = (1536 if sys.version_info < (3, 12) else 4096) << 10
_MOST_THREADS: Final = 1000
_MEMORY_BYTES: Final = (512 << 20) + _MOST_THREADS * _STACK_BYTES
_MOST_TESTS: Final = 1000
_TESTS_PER_COLLECTION: Final = 50
# What a program gave may refer to itself, and take many times its bytes.
_BYTES_PER_COLLECTION: Final = 4 << 20


def _refuse(*_: Any) -> NoReturn:
    """Stands in the place of what would end or double the judge."""
    raise NotATest("the test ends or doubles its own process")


def confine(zone: Zone, file_size_bytes: int) -> None:
    """A test's code is no stranger's, yet it runs with the same walls around it.

    `file_size_bytes`: of each of its files in the scratch folder, 0 where it has none.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size_bytes, file_size_bytes))
    if not system.LINUX:
        macos.confine(zone.readable)
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.forbid_new_privileges()
    if zone.landlock_abi:
        writable = (namespaces.SCRATCH_PARENT,) if file_size_bytes else ()
        landlock.confine(landlock.prepare(zone.landlock_abi, zone.readable, ("/dev/null",), writable))
    kernel.drop_capabilities()
    if zone.judge_filter:
        seccomp.confine(zone.judge_filter)


def serve(caller: socket.socket, keeper: socket.socket, lasting: Lasting, limits: Limits) -> None:
    """Judges until the caller has gone or the process is spent."""
    sys.setrecursionlimit(_CODEC_RECURSION)
    gc.disable()
    watch: Watch | None = None
    heard = 0
    for number in range(1, _MOST_TESTS + 1):
        run, ends = _next_program(keeper)
        if watch is not None:
            # Not earlier: the program would have noticed, and done something about it, before it was killed.
            watch.close()
        if not ends:
            return
        if lasting.has_scratch:
            # A new folder, if the last program used the one before.
            os.chdir(namespaces.SCRATCH)
        stdin, stdout, stderr, channel, *signs = ends
        watch = Watch(Ends(run, channel, keeper, stdin, stdout, stderr, tuple(signs)), limits, lasting.ticks)
        session = Session(watch)
        if os.read(channel, len(READY)) != READY:
            return
        try:
            brief = unpack_brief(wire.read_message(caller.fileno()))
        except (wire.WireError, OSError):
            return
        report = _judge(brief, session, last=number == _MOST_TESTS)
        wire.send(caller, report.pack())
        if report.traced:
            # In a message of its own: the caller wakes up meanwhile.
            wire.send(caller, trace_memory.read(lasting.trace, limits.trace_events))
        if report.spent:
            return
        watch.dismiss()
        heard += session.heard
        session.forget()
        if number % _TESTS_PER_COLLECTION == 0 or heard > _BYTES_PER_COLLECTION:
            gc.collect()
            heard = 0


@dataclass(frozen=True, slots=True)
class Lasting:
    """What all runs here have in common: the memory for traces, and what makes the limits be looked at.

    `has_scratch`: the program's scratch folder is this process's too.
    """

    trace: int
    ticks: Ticks
    has_scratch: bool


def _share(keeper: socket.socket) -> Lasting | None:
    """Takes from the keeper what lasts, and its mounts where it has some; None when it has gone."""
    word, descriptors = wire.receive_descriptors(keeper, len(LASTING), 3)
    if word != LASTING:
        return None
    trace, *further = descriptors
    mounts = further[1:]
    for one in mounts:
        namespaces.enter_mounts(one)
    return Lasting(trace, Ticks(*further[:1]), bool(mounts))


def _next_program(keeper: socket.socket) -> tuple[int, list[int]]:
    """Number and descriptors of the next program's process; none when the keeper has gone."""
    while True:
        word, ends = wire.receive_descriptors(keeper, STATUS_BYTES, MOST_ENDS)
        if len(word) != STATUS_BYTES:
            return 0, []
        status = unpack_status(word)
        if status.ready:
            return status.run, ends


def _judge(brief: Brief, session: Session, *, last: bool) -> RunReport:
    """Judges one test; returns what the caller is told. `last`: the process takes no other one."""
    ruling = judge(session, brief)
    watch = session.watch
    spent = ruling.spent or last
    return RunReport(ruling.verdict, ruling.text, watch.wall_s, watch.output, brief.trace, spent)


def run(caller: socket.socket, keeper: socket.socket, zone: Zone, limits: Limits) -> None:
    """Confines the process and serves; called in a process forked for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    system.introduce(caller)
    lasting = _share(keeper)
    if lasting is None:
        return
    confine(zone, limits.file_size_bytes if lasting.has_scratch else 0)
    os._exit, os.fork = _refuse, _refuse  # type: ignore[assignment]
    threading.stack_size(_STACK_BYTES)
    serve(caller, keeper, lasting, limits)
