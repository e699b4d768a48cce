"""The template: a confined process that does nothing but fork the next program's process.

What binds a program binds the template already, so that a run pays for a fork and for little else. It has
never held a program or a test. It does so little between two forks that few of its memory pages have to be
copied, and it stands outside the process namespace of its programs: what is killed in there does not kill it.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import signal
import socket
import struct
import sys
from dataclasses import dataclass
from typing import Final, NoReturn

from egcfg_sandbox import system, trace_memory
from egcfg_sandbox.candidate.runner import CHANNEL, run
from egcfg_sandbox.confinement import confine, namespaces
from egcfg_sandbox.confinement.layer import Confinement, Process, Role
from egcfg_sandbox.server.usage import Usage
from egcfg_sandbox.verdicts import Limits

FORK: Final = b"f"
ASK: Final = b"a"
REAP: Final = b"r"
PROGRAM_ENDS: Final = CHANNEL + 1
"""Descriptors that come with the word to fork, and become those from 0 on of the program's process."""
_KEEPER: Final = PROGRAM_ENDS
_IN_THEIR_PLACES: Final = list(range(PROGRAM_ENDS))
"""The lowest numbers there are, which are free: those that arriving descriptors get."""
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
    data, descriptors, _, _ = socket.recv_fds(channel, _WORD.size, 1)
    if len(data) != _WORD.size:
        raise OSError("the template is gone")
    pid, status, cpu_s, text = _WORD.unpack(data)
    if pid == _FAULT:
        raise OSError(f"the program's process could not be confined: {text.rstrip(bytes(1)).decode()}")
    return Word(pid, status, cpu_s), descriptors


def _fault(error: BaseException) -> bytes:
    return _WORD.pack(_FAULT, 0, 0.0, f"{type(error).__name__}: {error}".encode()[:200])


class Template:
    """Forks one program's process after another for its keeper. `trace` is the memory for their traces."""

    def __init__(
        self, keeper: socket.socket, trace: int, confinement: Confinement, limits: Limits, usage: Usage
    ) -> None:
        self._keeper = keeper
        self._confinement = confinement
        self._limits = limits
        self._usage = usage
        self._folder = namespaces.SCRATCH if confinement.has("mount_namespace") else "/"
        self._trace = mmap.mmap(trace, trace_memory.size_for(limits.trace_events))
        self._zero_trace = system.zeroing(self._trace)

    def serve(self) -> NoReturn:
        """Serves until the keeper is gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        try:
            listener = self._confine(Role.TEMPLATE)
        except BaseException as error:
            self._keeper.send(_fault(error))
            os._exit(70)
        socket.send_fds(self._keeper, [Word().pack()], [] if listener is None else [listener])
        self._keep_only_the_keeper()
        self._fork_and_answer()

    def _fork_and_answer(self) -> NoReturn:
        """Follows the words of the keeper."""
        program = 0
        while True:
            word, ends, _, _ = socket.recv_fds(self._keeper, 1, PROGRAM_ENDS)
            if word == FORK and ends == _IN_THEIR_PLACES:
                if program:
                    os.waitpid(program, 0)
                self._zero_trace()
                try:
                    program = os.fork()
                except OSError as error:
                    self._keeper.send(_fault(error))
                    break
                if program == 0:
                    self._become_program()
                os.closerange(0, PROGRAM_ENDS)
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

    def _confine(self, role: Role) -> int | None:
        """Confines this process; returns the descriptor that announces refused calls, if there is one."""
        process = Process(role, self._confinement, self._limits, self._usage.base_mapped)
        confine(process)
        return process.listener

    def _become_program(self) -> NoReturn:
        """Takes its place among the confined, on descriptors of its own alone, and waits to be told more."""
        try:
            os.setsid()
            os.chdir(self._folder)
            # Ignored by the fork server; by the second a program's pool ends its workers.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            listener = self._confine(Role.PROGRAM)
            if listener is not None:
                socket.send_fds(self._keeper, [Word().pack()], [listener])
            # A word with nothing but the process id, which the template sees otherwise than the keeper.
            os.write(_KEEPER, os.getpid().to_bytes(_WORD.size, sys.byteorder))
            os.closerange(_KEEPER, system.MOST_DESCRIPTORS)
        except BaseException as error:
            self._keeper.send(_fault(error))
            os._exit(70)
        run(self._trace, (self._limits.trace_events, self._limits.repr_chars))
