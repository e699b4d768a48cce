"""The judge's process: judges one test after another for the caller, each with a fresh program.

It is kept for the next test only after one that could not have left anything behind; otherwise it ends with
its report, and the caller takes another slot.
"""

from __future__ import annotations

import gc
import os
import pickle
import signal
import socket
import sys
from typing import Any, Final, NoReturn

from egcfg_sandbox import system, trace_memory, wire
from egcfg_sandbox.assertions import NotATest
from egcfg_sandbox.candidate.runner import READY
from egcfg_sandbox.confinement import confine
from egcfg_sandbox.confinement.layer import Confinement, Process, Role
from egcfg_sandbox.judge.run_watch import Channels, Watch
from egcfg_sandbox.judge.verdict import judge
from egcfg_sandbox.orders import Brief
from egcfg_sandbox.server.keeper import CHANNELS, STATUS_BYTES, TRACE, unpack_status
from egcfg_sandbox.verdicts import Limits

_CODEC_RECURSION: Final = 3_000


def _refuse(*_: Any) -> NoReturn:
    """Replaces functions that would end or fork the judge."""
    raise NotATest("the test ends or doubles its own process")


def run(caller: socket.socket, keeper: socket.socket, confinement: Confinement, limits: Limits) -> None:
    """Confines the process and judges tests; called in a process forked for it."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    system.introduce(caller)
    confine(Process(Role.JUDGE, confinement, limits))
    os._exit, os.fork = _refuse, _refuse  # type: ignore[assignment]
    _serve(caller, keeper, limits)


def _serve(caller: socket.socket, keeper: socket.socket, limits: Limits) -> None:
    """Judges until the caller or the keeper has gone, or the process is spent."""
    sys.setrecursionlimit(_CODEC_RECURSION)
    word, trace, _, _ = socket.recv_fds(keeper, len(TRACE), 1)
    if word != TRACE:
        return
    watch: Watch | None = None
    while True:
        channels = _next_program(keeper)
        if watch is not None:
            # Not earlier: the program would have noticed, and done something about it, before it was killed.
            watch.close()
        if channels is None or os.read(channels.channel, len(READY)) != READY:
            return
        watch = Watch(channels, limits)
        try:
            brief: Brief = pickle.loads(wire.read_message(caller.fileno()))
        except (wire.WireError, OSError):
            return
        report = judge(watch, brief)
        wire.send(caller, report.pack())
        if report.traced:
            wire.send(caller, trace_memory.read(trace[0], limits.trace_events))
        if report.spent:
            return
        watch.dismiss()
        # Answers with cycles otherwise pile up until the judge has no memory left.
        gc.collect()


def _next_program(keeper: socket.socket) -> Channels | None:
    """The channels of the next program's process; None when the keeper has gone."""
    while True:
        word, ends, _, _ = socket.recv_fds(keeper, STATUS_BYTES, CHANNELS)
        if len(word) != STATUS_BYTES:
            return None
        status = unpack_status(word)
        if status.ready:
            return Channels(status.run, keeper, *ends)
