"""Where judges are forked from: a process of its own, so that no program's process holds what judges need.

A program's process is copied from the fork server: the less there is in it, the sooner that is done.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from functools import partial
from pathlib import Path
from typing import Final, NoReturn

from egcfg_sandbox import system, wire
from egcfg_sandbox.linux import kernel
from egcfg_sandbox.server.held import HeldPackage
from egcfg_sandbox.server.requests import REQUEST_BYTES, become, unpack_request
from egcfg_sandbox.server.zone import Zone

_REHEARSALS: Final = 20


def hold() -> HeldPackage:
    """The judge's modules, for the time when the folder they lie in cannot be reached."""
    return HeldPackage("egcfg_sandbox.judge", Path(__file__).parent.parent / "judge")


def start(zone: Zone, modules: HeldPackage, control: socket.socket) -> socket.socket:
    """Forks the judges' server, which closes `control`; judges are asked for at the returned socket."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        control.close()
        modules.make_loadable()
        _serve(theirs, zone)
    theirs.close()
    return ours


def _serve(requests: socket.socket, zone: Zone) -> NoReturn:
    """Forks judges until the fork server has gone; the kernel reaps."""
    if system.LINUX:
        kernel.prctl(kernel.PR_SET_PDEATHSIG, signal.SIGKILL)
    own_processes = None
    if zone.has("pid_namespace") and zone.proc is not None:
        own_processes = os.open("self/ns/pid", os.O_RDONLY | os.O_CLOEXEC, dir_fd=zone.proc)
    # Not before the fork: see above.
    from egcfg_sandbox.judge import bench
    from egcfg_sandbox.judge.assertions import Assertions

    for _ in range(_REHEARSALS):
        Assertions("", "assert total([1, 2]) == 3").compiled({"total"})
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors = wire.receive_descriptors(requests, REQUEST_BYTES, 2)
        if len(request) != REQUEST_BYTES:
            os._exit(0)
        if own_processes is not None:
            kernel.unshare(kernel.CLONE_NEWPID)
        if os.fork() == 0:
            requests.close()
            _, limits = unpack_request(request)
            become(descriptors, partial(bench.run, zone=zone, limits=limits))
        for descriptor in descriptors:
            os.close(descriptor)
        if own_processes is not None:
            kernel.setns(own_processes, kernel.CLONE_NEWPID)
