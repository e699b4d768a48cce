"""The keeper: first process of a slot, which forks, limits and ends one program at a time.

It never holds a program or a test: the program's process is forked and confined before anybody has told
anything, and the judge gets the other ends of everything that leads to it. Between two programs the keeper
kills and reaps all there is in its namespace; when it is killed itself, from outside, so is the rest.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import resource
import select
import signal
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final, NoReturn

from egcfg_sandbox import macos, system, trace_memory, wire
from egcfg_sandbox.candidate import runner
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.server.usage import Consumption, Usage
from egcfg_sandbox.server.zone import Zone
from egcfg_sandbox.verdicts import Limits, Verdict

START: Final = b"s"
END: Final = b"e"
_TICK_S: Final = 0.01
_LATE_S: Final = 0.5
_OWN_PROCESSES: Final = 1
_CHANNEL: Final = 3
_STATUS: Final = struct.Struct("<B200s")
STATUS_BYTES: Final = _STATUS.size
READY: Final = b"ready"
PLAIN_EXIT: Final = "exited with status 0"
_VERDICTS: Final = tuple(Verdict)


def pack_status(verdict: Verdict | None, text: str) -> bytes:
    """How the program's run went as far as the keeper saw it, in a message of fixed size."""
    return _STATUS.pack(255 if verdict is None else _VERDICTS.index(verdict), text.encode()[:200])


def unpack_status(data: bytes) -> tuple[Verdict | None, str]:
    """The verdict that the keeper came to, None when it has nothing against the run."""
    number, text = _STATUS.unpack(data)
    return (None if number == 255 else _VERDICTS[number]), text.rstrip(b"\0").decode("utf-8", "replace")


@dataclass(frozen=True, slots=True)
class _Program:
    """The program's process and the listener of its filter."""

    pid: int
    refusals: int | None


class Keeper:
    """Serves one judge with one program's process after another."""

    def __init__(self, judge: socket.socket, zone: Zone, limits: Limits) -> None:
        self._judge = judge
        self._zone = zone
        self._limits = limits
        self._usage = Usage(zone.proc)
        self._writable: tuple[str, ...] = ()
        self._rights: int | None = None

    def serve(self) -> None:
        """Goes on until the judge has gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if self._zone.has("mount_namespace") and self._zone.proc is not None:
            namespaces.enter_users(self._zone.proc, kernel.CLONE_NEWNS)
            namespaces.mount_scratch(self._limits.scratch_bytes)
            self._writable = (namespaces.SCRATCH,)
        self._make_rights()
        if system.LINUX:
            kernel.forbid_new_privileges()
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        while True:
            program = self._fork()
            try:
                self._watch(program)
            finally:
                self._end(program)

    def _make_rights(self) -> None:
        """Prepares the file rights of the programs to come."""
        zone = self._zone
        if self._rights is not None:
            os.close(self._rights)
        if zone.landlock_abi:
            self._rights = landlock.prepare(
                zone.landlock_abi, zone.readable, namespaces.DEVICES, self._writable
            )
        os.chdir(self._writable[0] if self._writable else "/")

    def _fork(self) -> _Program:
        """Makes the program's process, waits until it is confined and hands its ends to the judge."""
        ours, theirs = socket.socketpair()
        stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
        size = trace_memory.size_for(self._limits.trace_events)
        trace = system.shared_file(size)
        memory = mmap.mmap(trace, size)
        pid = os.fork()
        if pid == 0:
            self._become_program(theirs, (stdin[0], stdout[1], stderr[1]), memory)
        theirs.close()
        memory.close()
        word, descriptors = wire.receive_descriptors(ours, 256, 1)
        if word != READY:
            raise OSError(f"the program's process could not be confined: {word.decode('utf-8', 'replace')}")
        ends = [ours.fileno(), stdin[1], stdout[0], stderr[0], trace]
        wire.send_descriptors(self._judge, READY, ends)
        ours.close()
        for descriptor in (*stdin, *stdout, *stderr, trace):
            os.close(descriptor)
        return _Program(pid, descriptors[0] if descriptors else None)

    def _become_program(
        self, channel: socket.socket, streams: tuple[int, int, int], memory: mmap.mmap
    ) -> NoReturn:
        try:
            os.setsid()
            if self._rights is not None:
                landlock.confine(self._rights)
            for target, source in enumerate(streams):
                os.dup2(source, target)
            os.dup2(channel.detach(), _CHANNEL, inheritable=False)
            system.close_from(_CHANNEL + 1)
            channel = socket.socket(fileno=_CHANNEL)
            self._confine(channel)
        except BaseException as error:
            channel.send(f"{type(error).__name__}: {error}".encode()[:256])
            os._exit(70)
        runner.run(channel, memory)

    def _confine(self, channel: socket.socket) -> None:
        """Everything is closed and limited before the process is told what to run."""
        zone, limits = self._zone, self._limits
        seconds = math.ceil(limits.cpu_s) + 1
        for kind, value in (
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_NOFILE, limits.open_files),
            (resource.RLIMIT_FSIZE, limits.file_size_bytes),
        ):
            resource.setrlimit(kind, (value, value))
        if system.LINUX:
            mapped = self._usage.base_mapped + limits.memory_bytes
            resource.setrlimit(resource.RLIMIT_AS, (mapped, mapped))
            tasks = limits.processes + _OWN_PROCESSES
            resource.setrlimit(resource.RLIMIT_NPROC, (tasks, tasks))
        if not system.LINUX:
            macos.confine(zone.readable)
            channel.send(READY)
            return
        kernel.drop_capabilities()
        if not zone.program_filter:
            channel.send(READY)
            return
        listener = seccomp.confine_supervised(zone.program_filter)
        wire.send_descriptors(channel, READY, [listener])
        os.close(listener)

    def _watch(self, program: _Program) -> None:
        """Tells the judge, once, how the run ended, or that there is nothing against it."""
        ended = system.death_descriptor(program.pid)
        poll = select.poll()
        for descriptor in (self._judge.fileno(), ended, program.refusals):
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        started: float | None = None
        try:
            while True:
                ready = dict(poll.poll(None if started is None and system.LINUX else _TICK_S * 1000))
                fault = None
                if program.refusals is not None and program.refusals in ready:
                    fault = self._refused(program.refusals)
                if fault is None and (ended in ready or ended is None):
                    fault = self._died(program.pid)
                if fault is None and started is not None:
                    fault = self._exceeded(program.pid, time.monotonic() - started)
                if fault is not None:
                    self._tell(*fault)
                    return
                if self._judge.fileno() in ready:
                    word = self._judge.recv(1)
                    if word != START:
                        if word != END:
                            os._exit(0)
                        self._tell(None, "")
                        return
                    started = time.monotonic()
        finally:
            if ended is not None:
                os.close(ended)

    def _tell(self, verdict: Verdict | None, text: str) -> None:
        try:
            self._judge.sendall(pack_status(verdict, text))
        except OSError:
            os._exit(0)

    def _refused(self, listener: int) -> tuple[Verdict, str] | None:
        name = seccomp.refused_call(listener)
        return None if name is None else (Verdict.CRASHED, f"refused system call: {name}")

    def _exceeded(self, pid: int, wall_s: float) -> tuple[Verdict, str] | None:
        """The limit that the program and its descendants together have passed, if any."""
        limits = self._limits
        if wall_s >= limits.wall_s + _LATE_S:
            return Verdict.TIMEOUT, f"not finished after {limits.wall_s:g} s"
        usage = self._usage.now() if system.LINUX else self._usage_on_macos(pid)
        if usage is None:
            return None
        if usage.cpu_s >= limits.cpu_s:
            return Verdict.TIMEOUT, f"used {limits.cpu_s:g} s of processor time"
        if usage.resident_bytes > limits.memory_bytes or usage.mapped_bytes > 2 * limits.memory_bytes:
            return Verdict.MEMORY, f"needs more than {limits.memory_bytes >> 20} MiB of memory"
        return None

    def _usage_on_macos(self, pid: int) -> Consumption | None:
        found = macos.usage_of(pid)
        return None if found is None else Consumption(found[0], found[1], 0)

    def _died(self, pid: int) -> tuple[Verdict, str] | None:
        """How the program's process ended, if it did."""
        found, status, usage = os.wait4(pid, os.WNOHANG)
        if not found:
            return None
        code = os.waitstatus_to_exitcode(status)
        if code >= 0:
            return Verdict.CRASHED, f"exited with status {code}"
        if usage.ru_utime + usage.ru_stime >= self._limits.cpu_s:
            return Verdict.TIMEOUT, f"used {self._limits.cpu_s:g} s of processor time"
        if -code == signal.SIGXFSZ:
            return Verdict.OUTPUT_LIMIT, "wrote a larger file than allowed"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return Verdict.CRASHED, f"killed by signal {name}"

    def _end(self, program: _Program) -> None:
        """Kills and reaps everything that is left of the run."""
        if program.refusals is not None:
            os.close(program.refusals)
        alone = not self._zone.has("pid_namespace")
        while True:
            with contextlib.suppress(ProcessLookupError):
                os.kill(program.pid if alone else -1, signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        if self._zone.has("mount_namespace") and not namespaces.scratch_is_fresh():
            namespaces.renew_scratch(self._limits.scratch_bytes)
            self._make_rights()
