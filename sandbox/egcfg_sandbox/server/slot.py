"""One slot's processes: the template outside its process namespace, the keeper as the first one inside."""

from __future__ import annotations

import os
import socket

from egcfg_sandbox import system, trace_memory
from egcfg_sandbox.confinement import confine
from egcfg_sandbox.confinement.layer import Confinement, Process, Role
from egcfg_sandbox.server.keeper import Keeper
from egcfg_sandbox.server.template import Template
from egcfg_sandbox.server.usage import Usage
from egcfg_sandbox.verdicts import Limits


def serve(caller: socket.socket, judge: socket.socket, confinement: Confinement, limits: Limits) -> None:
    """Makes the slot's users, mounts and processes; the caller may kill its keeper, which ends all of it."""
    confine(Process(Role.SLOT, confinement, limits))
    usage = Usage(confinement.proc)
    trace = system.shared_file(trace_memory.size_for(limits.trace_events))
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        theirs.close()
        system.introduce(caller)
        usage.leave_out_self()
        Keeper(judge, ours, trace, confinement, limits, usage).serve()
        os._exit(0)
    for end in (ours, judge, caller):
        end.close()
    Template(theirs, trace, confinement, limits, usage).serve()
