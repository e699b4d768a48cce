"""The template: a confined process that does nothing but fork the next program's process.

What binds a program binds the template already, so that a run pays for a fork and for little else. It has
never held a program or a test. It does so little between two forks that few of its memory pages have to be
copied, and it stands outside the process namespace of its programs: what is killed in there does not kill it.
"""

from __future__ import annotations

import contextlib
import math
import mmap
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from egcfg_sandbox import macos, system, trace_memory, wire
from egcfg_sandbox.candidate.runner import CHANNEL, run
from egcfg_sandbox.linux import kernel, landlock, namespaces, seccomp
from egcfg_sandbox.server.usage import Usage
from egcfg_sandbox.server.zone import Zone
from egcfg_sandbox.verdicts import Limits

FORK: Final = b"f"
ASK: Final = b"a"
REAP: Final = b"r"
PROGRAM_ENDS: Final = CHANNEL + 1
"""Descriptors that come with the word to fork, and become those from 0 on of the program's process."""
_KEEPER: Final = PROGRAM_ENDS
_SPACE: Final = socket.CMSG_SPACE(PROGRAM_ENDS * struct.calcsize("i"))
_IN_THEIR_PLACES: Final = [
    (socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"{PROGRAM_ENDS}i", *range(PROGRAM_ENDS)))
]
"""What comes with that word: the descriptors have the lowest numbers there are, which are free."""
_OWN_PROCESSES: Final = 2
_FAULT: Final = -1
_WORD: Final = struct.Struct("=iid200s")


@dataclass(frozen=True, slots=True)
class Word:
    """What the template, or a program's process that is not confined yet, tells the keeper.

    `pid` is that of a program's process that lives, else 0. Of one that has ended, `status` is the wait
    status and `cpu_s` the processor seconds.
    """

    pid: int = 0
    status: int = 0
    cpu_s: float = 0.0

    def pack(self) -> bytes:
        """A message of fixed size."""
        return _WORD.pack(self.pid, self.status, self.cpu_s, b"")


def receive_word(channel: socket.socket) -> tuple[Word, list[int]]:
    """The next word and a descriptor that may come with it; `OSError` says what went wrong."""
    data, descriptors = wire.receive_descriptors(channel, _WORD.size, 1)
    if len(data) != _WORD.size:
        raise OSError("the template is gone")
    pid, status, cpu_s, text = _WORD.unpack(data)
    if pid == _FAULT:
        raise OSError(f"the program's process could not be confined: {text.rstrip(bytes(1)).decode()}")
    return Word(pid, status, cpu_s), descriptors


def _lowered(kind: int, value: int) -> tuple[int, tuple[int, int]]:
    """A limit that is set for good, or the lower one that this user has anyway."""
    highest = resource.getrlimit(kind)[1]
    if highest != resource.RLIM_INFINITY:
        value = min(value, highest)
    return kind, (value, value)


def _fault(error: BaseException) -> bytes:
    return _WORD.pack(_FAULT, 0, 0.0, f"{type(error).__name__}: {error}".encode()[:200])


def _settle(keeper: int, folder: str, limits: Sequence[tuple[int, tuple[int, int]]], lowest: int) -> None:
    """A program's process says which one it is, and leaves the template's place for its own.

    `limits` are those that the template itself could not live with, `lowest` the first descriptor to close.
    """
    # A word with nothing but the process id, which the template sees otherwise than the keeper.
    os.write(keeper, os.getpid().to_bytes(_WORD.size, sys.byteorder))
    os.setsid()
    os.chdir(folder)
    for kind, both in limits:
        resource.setrlimit(kind, both)
    os.closerange(lowest, system.MOST_DESCRIPTORS)


class Template:
    """Forks one program's process after another for its keeper. `trace` is the memory for their traces."""

    def __init__(self, keeper: socket.socket, trace: int, zone: Zone, limits: Limits, usage: Usage) -> None:
        self._keeper = keeper
        self._zone = zone
        self._limits = limits
        self._usage = usage
        self._folder = namespaces.SCRATCH if zone.has("mount_namespace") else "/"
        self._trace = mmap.mmap(trace, trace_memory.size_for(limits.trace_events))
        self._zero_trace = system.zeroing(self._trace)
        self._last_limits = (
            _lowered(resource.RLIMIT_CPU, math.ceil(limits.cpu_s) + 1),
            _lowered(resource.RLIMIT_NOFILE, limits.open_files),
        )

    def serve(self) -> NoReturn:
        """Goes on until the keeper has gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            listener = self._confine()
        except BaseException as error:
            self._keeper.send(_fault(error))
            os._exit(70)
        wire.send_descriptors(self._keeper, Word().pack(), [] if listener is None else [listener])
        self._keep_only_the_keeper()
        self._fork_and_answer()

    def _fork_and_answer(self) -> NoReturn:
        """Does what the keeper says. Each object that is looked at here is a page to be copied: few are."""
        receive, fork, wait, close = self._keeper.recvmsg, system.fork, os.waitpid, os.closerange
        program = 0
        while True:
            word, further, _, _ = receive(1, _SPACE, wire.CLOSE_ON_EXEC)
            if word == FORK and further == _IN_THEIR_PLACES:
                if program:
                    wait(program, 0)
                self._zero_trace()
                try:
                    program = fork()
                except OSError as error:
                    self._keeper.send(_fault(error))
                    break
                if program == 0:
                    self._become_program()
                close(0, PROGRAM_ENDS)
            elif word in (ASK, REAP):
                program = self._tell_death(program, 0 if word == REAP else os.WNOHANG)
            else:
                break
        if program:
            with contextlib.suppress(ProcessLookupError):
                os.kill(program, signal.SIGKILL)
        os._exit(0)

    def _keep_only_the_keeper(self) -> None:
        """Leaves the numbers below free: there arrive, in their order, the descriptors of each program."""
        os.dup2(self._keeper.detach(), _KEEPER, inheritable=False)
        os.closerange(0, _KEEPER)
        os.closerange(_KEEPER + 1, system.MOST_DESCRIPTORS)
        self._keeper = socket.socket(fileno=_KEEPER)

    def _tell_death(self, program: int, options: int) -> int:
        """Reaps the program's process if it has ended; returns what is left to be reaped."""
        found, status, cpu_s = 0, 0, 0.0
        if program:
            found, status, usage = os.wait4(program, options)
            cpu_s = usage.ru_utime + usage.ru_stime
        left = 0 if found else program
        self._keeper.send(Word(left, status, cpu_s).pack())
        return left

    def _confine(self) -> int | None:
        """Limits, rights and filter; returns the descriptor at which refused calls are announced."""
        zone, limits = self._zone, self._limits
        resource.setrlimit(*_lowered(resource.RLIMIT_FSIZE, limits.file_size_bytes))
        if not system.LINUX:
            return None
        kernel.forbid_new_privileges()
        kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        mapped = self._usage.base_mapped + limits.memory_bytes
        mapped += trace_memory.size_for(limits.trace_events)
        resource.setrlimit(*_lowered(resource.RLIMIT_AS, mapped))
        if zone.has("user_namespace"):
            # Elsewhere the limit would count whatever else this user runs.
            tasks = limits.processes + _OWN_PROCESSES
            resource.setrlimit(*_lowered(resource.RLIMIT_NPROC, tasks))
        if zone.landlock_abi:
            writable = (namespaces.SCRATCH_PARENT,) if zone.has("mount_namespace") else ()
            rights = landlock.prepare(zone.landlock_abi, zone.readable, namespaces.DEVICES, writable)
            landlock.confine(rights)
            os.close(rights)
        kernel.drop_capabilities()
        return seccomp.confine_supervised(zone.program_filter) if zone.filters_template else None

    def _become_program(self) -> NoReturn:
        """Takes its place among the confined, on descriptors of its own alone, and waits to be told more."""
        try:
            if not system.LINUX:
                macos.confine(self._zone.readable)
            if self._zone.filters_each_program:
                listener = seccomp.confine_supervised(self._zone.program_filter)
                wire.send_descriptors(self._keeper, Word().pack(), [listener])
            _settle(_KEEPER, self._folder, self._last_limits, _KEEPER)
        except BaseException as error:
            self._keeper.send(_fault(error))
            os._exit(70)
        run(self._trace, (self._limits.trace_events, self._limits.repr_chars))
