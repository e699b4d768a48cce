"""The template: a confined process that does nothing but fork the next program's process.

What binds a program binds the template already, so that a run pays for a fork and for little else. It has
never held a program or a test. It does so little between two forks that few of its memory pages have to be
copied, and it stands outside the process namespace of its programs: what is killed in there does not kill it.
"""

from __future__ import annotations

import contextlib
import fcntl
import math
import mmap
import os
import resource
import signal
import socket
import struct
from typing import Final, NoReturn

from egcfg_sandbox import macos, system, trace_memory, wire
from egcfg_sandbox.candidate.runner import run
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.server.stage import Stage
from egcfg_sandbox.server.usage import Usage
from egcfg_sandbox.server.zone import Zone
from egcfg_sandbox.verdicts import Limits

FORK: Final = b"f"
ASK: Final = b"a"
REAP: Final = b"r"
PROGRAM_ENDS: Final = 4
"""Descriptors that come with a program's process; a further one is the listener of its own filter."""
_OWN_PROCESSES: Final = 2
_CHANNEL: Final = 3
_WORD: Final = struct.Struct("<i200s")
WORD_BYTES: Final = _WORD.size
_DEATH: Final = struct.Struct("<?id")
DEATH_BYTES: Final = _DEATH.size


def read_word(data: bytes) -> int:
    """The process id in a word of the template or a program's process; `OSError` says what went wrong."""
    if len(data) != WORD_BYTES:
        raise OSError("the template is gone")
    pid, text = _WORD.unpack(data)
    if pid < 0:
        raise OSError(f"the program's process could not be confined: {text.rstrip(bytes(1)).decode()}")
    return int(pid)


def read_death(data: bytes) -> tuple[int, float] | None:
    """Wait status and processor seconds of the program's process, None while it lives."""
    if len(data) != DEATH_BYTES:
        raise OSError("the template is gone")
    dead, status, cpu_s = _DEATH.unpack(data)
    return (status, cpu_s) if dead else None


def open_channels(keeper: int) -> list[int]:
    """Opens the run's channels as descriptors 0 to 3, and returns the other ends for the judge.

    The keeper's becomes number 4; everything else is closed.
    """
    mine, others = _pairs(keeper)
    descriptors = (*mine, *others)
    out_of_the_way = [fcntl.fcntl(one, fcntl.F_DUPFD_CLOEXEC, 2 * len(descriptors)) for one in descriptors]
    for target, source in enumerate(out_of_the_way):
        os.dup2(source, target, inheritable=False)
    system.close_from(len(descriptors))
    return list(range(len(mine), len(descriptors)))


def _pairs(keeper: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The program's ends, in the order of their numbers to come, and the judge's."""
    ours, theirs = socket.socketpair()
    stdin, stdout, stderr = os.pipe(), os.pipe(), os.pipe()
    mine = (stdin[0], stdout[1], stderr[1], ours.detach(), keeper)
    return mine, (theirs.detach(), stdin[1], stdout[0], stderr[0])


def rehearse_setup() -> None:
    """Does in a child, which then ends, much of what is done before every run."""
    os.setsid()
    os.chdir("/")
    keeper, end = socket.socketpair()
    mine, others = _pairs(keeper.fileno())
    for descriptor in (*mine, *others):
        os.dup2(descriptor, fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 0), inheritable=False)
    _lower(resource.RLIMIT_CORE, 0)
    wire.send_descriptors(keeper, _WORD.pack(os.getpid(), b""), list(others))
    system.close_from(2 * max(others))
    end.close()


def _lower(kind: int, value: int) -> None:
    """Sets a limit for good, or leaves a lower one that this user has anyway."""
    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    resource.setrlimit(kind, (value, value))


def _fault(error: BaseException) -> bytes:
    return _WORD.pack(-1, f"{type(error).__name__}: {error}".encode()[:200])


class Template:
    """Forks one program's process after another for its keeper."""

    def __init__(self, keeper: socket.socket, zone: Zone, limits: Limits, stage: Stage, usage: Usage) -> None:
        self._stage = stage
        self._keeper = keeper
        self._zone = zone
        self._limits = limits
        self._usage = usage

    def serve(self) -> NoReturn:
        """Goes on until the keeper has gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            listener = self._confine()
        except BaseException as error:
            self._keeper.send(_fault(error))
            os._exit(70)
        wire.send_descriptors(self._keeper, _WORD.pack(0, b""), [] if listener is None else [listener])
        if listener is not None:
            os.close(listener)
        program = 0
        while True:
            word, descriptors = wire.receive_descriptors(self._keeper, 1, 1)
            if word == FORK:
                program = system.fork()
                if program == 0:
                    self._become_program(descriptors[0])
                os.close(descriptors[0])
            elif word in (ASK, REAP):
                program = self._tell_death(program, 0 if word == REAP else os.WNOHANG)
            else:
                break
        if program:
            with contextlib.suppress(ProcessLookupError):
                os.kill(program, signal.SIGKILL)
        os._exit(0)

    def _tell_death(self, program: int, options: int) -> int:
        """Reaps the program's process if it has ended; returns what is left to be reaped."""
        if not program:
            self._keeper.send(_DEATH.pack(True, 0, 0.0))
            return 0
        found, status, usage = os.wait4(program, options)
        self._keeper.send(_DEATH.pack(found != 0, status, usage.ru_utime + usage.ru_stime))
        return 0 if found else program

    def _confine(self) -> int | None:
        """Limits, rights and filter; returns the descriptor at which refused calls are announced."""
        zone, limits = self._zone, self._limits
        _lower(resource.RLIMIT_FSIZE, limits.file_size_bytes)
        if not system.LINUX:
            return None
        kernel.forbid_new_privileges()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        mapped = self._usage.base_mapped + limits.memory_bytes
        _lower(resource.RLIMIT_AS, mapped + trace_memory.size_for(limits.trace_events))
        if zone.has("user_namespace"):
            # Elsewhere the limit would count whatever else this user runs.
            tasks = limits.processes + _OWN_PROCESSES
            _lower(resource.RLIMIT_NPROC, tasks)
        if zone.landlock_abi:
            writable = (namespaces.SCRATCH_PARENT,) if zone.has("mount_namespace") else ()
            rights = landlock.prepare(zone.landlock_abi, zone.readable, namespaces.DEVICES, writable)
            landlock.confine(rights)
            os.close(rights)
        kernel.drop_capabilities()
        return self._filter() if self._filters_here else None

    @property
    def _filters_here(self) -> bool:
        """Whether the filter can be this process's as well: not where it forbids to fork."""
        return self._zone.has("pid_namespace")

    def _filter(self) -> int | None:
        program = self._zone.program_filter
        return seccomp.confine_supervised(program) if program else None

    def _become_program(self, trace: int) -> NoReturn:
        """Makes the run's channels, hands the other ends to the keeper, lets go of all else."""
        keeper = self._keeper
        try:
            self._stage.warm()
            os.setsid()
            os.chdir(namespaces.SCRATCH if self._zone.has("mount_namespace") else "/")
            memory = mmap.mmap(trace, trace_memory.size_for(self._limits.trace_events))
            ends = open_channels(keeper.detach())
            channel, keeper = socket.socket(fileno=_CHANNEL), socket.socket(fileno=_CHANNEL + 1)
            if not system.LINUX:
                macos.confine(self._zone.readable)
            if not self._filters_here and (listener := self._filter()) is not None:
                ends.append(listener)
            wire.send_descriptors(keeper, _WORD.pack(os.getpid(), b""), ends)
            keeper.detach()
            system.close_from(_CHANNEL + 1)
            self._limit()
        except BaseException as error:
            keeper.send(_fault(error))
            os._exit(70)
        run(self._stage.runner, channel, memory)

    def _limit(self) -> None:
        """The limits that the template itself could not live with."""
        _lower(resource.RLIMIT_CPU, math.ceil(self._limits.cpu_s) + 1)
        _lower(resource.RLIMIT_NOFILE, self._limits.open_files)
