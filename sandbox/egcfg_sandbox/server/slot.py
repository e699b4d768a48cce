"""One slot's processes: the template outside its process namespace, the keeper as the first one inside."""

from __future__ import annotations

import os
import socket

from egcfg_sandbox import system, trace_memory
from egcfg_sandbox.linux import kernel, namespaces
from egcfg_sandbox.server.keeper import Keeper
from egcfg_sandbox.server.template import Template
from egcfg_sandbox.server.usage import Usage
from egcfg_sandbox.server.zone import Zone
from egcfg_sandbox.verdicts import Limits


def serve(caller: socket.socket, judge: socket.socket, zone: Zone, limits: Limits) -> None:
    """Makes the slot's users, mounts and processes; the caller may kill its keeper, which ends all of it."""
    own_mounts = zone.has("mount_namespace")
    namespaces_wanted = (kernel.CLONE_NEWNS if own_mounts else 0) | (
        kernel.CLONE_NEWPID if zone.has("pid_namespace") else 0
    )
    if namespaces_wanted and zone.proc is not None:
        namespaces.enter_users(zone.proc, namespaces_wanted)
    if own_mounts:
        namespaces.mount_scratch(limits.scratch_bytes)
    usage = Usage(zone.proc)
    trace = system.shared_file(trace_memory.size_for(limits.trace_events))
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        theirs.close()
        system.introduce(caller)
        usage.leave_out_self()
        Keeper(judge, ours, trace, zone, limits, usage).serve()
        os._exit(0)
    for end in (ours, judge, caller):
        end.close()
    Template(theirs, trace, zone, limits, usage).serve()
