"""One cell: a confined pair of processes, judge and program, ready to be handed one test.

The first process of the cell's namespace becomes the judge. It forks the program's process before it has been
told anything, so nothing of a test can be found in the program's memory; when the judge exits, the kernel
kills everything in the cell.
"""

from __future__ import annotations

import json
import mmap
import os
import resource
import signal
import socket
import struct
import sys
from dataclasses import asdict, dataclass
from typing import Any, Final

from egcfg_sandbox import trace_memory, wire
from egcfg_sandbox.candidate import runner
from egcfg_sandbox.judge.verdict import judge
from egcfg_sandbox.judge.watch import Ends, Watch
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.verdicts import CodeTest, Limits, StdioTest

SHAPE: Final = struct.Struct("<QI")
_JUDGE_MEMORY_BYTES: Final = 1 << 30
_CODEC_RECURSION: Final = 20_000
_LISTENER: Final = b"listener"
_NO_LISTENER: Final = b"none"


@dataclass(frozen=True, slots=True)
class Zone:
    """What the fork server found out and prepared once. `missing` names layers and why they are off."""

    proc: int | None
    missing: dict[str, str]
    landlock_abi: int
    readable: tuple[str, ...]
    program_filter: bytes
    judge_filter: bytes

    def has(self, name: str) -> bool:
        """Whether a layer is on."""
        return name not in self.missing


def run_cell(control: socket.socket, zone: Zone, scratch_bytes: int, trace_events: int) -> None:
    """Builds the cell, serves one test and ends the process."""
    missing = dict(zone.missing)
    try:
        pidfd = os.pidfd_open(os.getpid())
        ends, memory = _build(zone, missing, scratch_bytes, trace_events)
        _confine_judge(zone, missing)
        hello = json.dumps({"missing": missing}).encode()
        wire.send_descriptors(control, len(hello).to_bytes(4, "little") + hello, [pidfd])
        os.close(pidfd)
    except BaseException as error:
        wire.send(control, json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode())
        os._exit(70)
    try:
        brief = json.loads(wire.receive(control))
    except wire.WireError:
        os._exit(0)
    wire.send(control, json.dumps(_serve(brief, ends, memory)).encode())
    _end_program(ends, zone)
    os._exit(0)


def _build(
    zone: Zone, missing: dict[str, str], scratch_bytes: int, trace_events: int
) -> tuple[Ends, mmap.mmap]:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if zone.has("mount_namespace") and zone.proc is not None:
        namespaces.enter_cell(zone.proc, scratch_bytes)
    ours, theirs = socket.socketpair()
    stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
    memory = mmap.mmap(-1, trace_memory.size_for(trace_events))
    pid = os.fork()
    if pid == 0:
        _become_program(theirs, stdin[0], stdout[1], stderr[1], memory, zone)
    for descriptor in (stdin[0], stdout[1], stderr[1]):
        os.close(descriptor)
    theirs.close()
    word, descriptors = wire.receive_descriptors(ours, len(_LISTENER), 1)
    if word == _NO_LISTENER[: len(word)]:
        missing["seccomp"] = wire.receive(ours).decode()
    elif word != _LISTENER:
        raise OSError(f"the program's process could not be confined: {word!r}")
    refusals = descriptors[0] if descriptors else None
    return Ends(pid, os.pidfd_open(pid), ours, stdin[1], stdout[0], stderr[0], refusals, zone.proc), memory


def _become_program(
    channel: socket.socket, stdin: int, stdout: int, stderr: int, memory: mmap.mmap, zone: Zone
) -> None:
    """The program's process: everything is closed and confined before it is told what to run."""
    try:
        os.setsid()
        for target, source in enumerate((stdin, stdout, stderr)):
            os.dup2(source, target)
        os.dup2(channel.fileno(), 3)
        channel.detach()
        channel = socket.socket(fileno=3)
        os.closerange(4, 256)
        os.set_inheritable(3, False)
        runner.open_streams()
        _confine(zone, supervises=False)
        _confine_calls(channel, zone)
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}".encode())
        os._exit(70)
    runner.run(channel, memory)


def _confine(zone: Zone, *, supervises: bool) -> None:
    kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
    kernel.forbid_new_privileges()
    if zone.landlock_abi:
        writable = (namespaces.SCRATCH,) if zone.has("mount_namespace") else ()
        landlock.confine(
            zone.landlock_abi,
            zone.readable,
            namespaces.DEVICES,
            writable,
            supervises=zone.proc if supervises else None,
        )
    kernel.drop_capabilities()


def _confine_calls(channel: socket.socket, zone: Zone) -> None:
    try:
        listener = seccomp.confine_supervised(zone.program_filter)
    except OSError as error:
        channel.sendall(_NO_LISTENER.ljust(len(_LISTENER)))
        wire.send(channel, str(error).encode())
        return
    wire.send_descriptors(channel, _LISTENER, [listener])
    os.close(listener)


def _confine_judge(zone: Zone, missing: dict[str, str]) -> None:
    """The test's own code is no stranger's, yet it runs with the same walls around it."""
    base = 1 << 28
    for kind, value in (
        (resource.RLIMIT_AS, base + _JUDGE_MEMORY_BYTES),
        (resource.RLIMIT_FSIZE, 1 << 24),
    ):
        resource.setrlimit(kind, (value, value))
    _confine(zone, supervises=True)
    if "seccomp" not in missing:
        seccomp.confine(zone.judge_filter)


def _serve(brief: dict[str, Any], ends: Ends, memory: mmap.mmap) -> dict[str, Any]:
    limits = Limits(**brief["limits"])
    test = StdioTest(**brief["test"]) if brief["stdio"] else CodeTest(**brief["test"])
    stdin = test.stdin.encode("utf-8", "surrogatepass") if isinstance(test, StdioTest) else b""
    source = brief["source"].encode("utf-8", "surrogatepass")
    trace = (limits.trace_events, limits.repr_chars) if brief["trace"] else None
    sys.setrecursionlimit(_CODEC_RECURSION)
    watch = Watch(ends, limits, stdin)
    verdict, error = judge(watch, test, source, brief["entry_point"], trace)
    report = {
        "status": verdict.value,
        "error": error,
        "wall_s": watch.wall_s,
        "output": watch.output,
        "trace": None,
    }
    if trace is not None:
        report["trace"] = trace_memory.read(memory, limits.trace_events)
    return report


def _end_program(ends: Ends, zone: Zone) -> None:
    """Outside of a namespace of its own nobody else would end the program's process."""
    if not zone.has("pid_namespace"):
        signal.pidfd_send_signal(ends.pidfd, signal.SIGKILL)


def brief_for(
    test: CodeTest | StdioTest, source: str, limits: Limits, *, trace: bool, entry_point: str | None
) -> bytes:
    """What a cell is told, as bytes."""
    return json.dumps(
        {
            "limits": asdict(limits),
            "stdio": isinstance(test, StdioTest),
            "test": asdict(test),
            "source": source,
            "trace": trace,
            "entry_point": entry_point,
        }
    ).encode()
