"""The keeper: first process of a slot's namespace, which limits, watches and ends one program at a time.

It never holds a program or a test: its template forks the program's process, confined before anybody has told
it anything, and the judge gets the other ends of everything that leads to it. Between two programs the keeper
kills and reaps all there is in its namespace; when it is killed itself, from outside, so is the rest.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import struct
import time
from dataclasses import dataclass
from typing import Final

from egcfg_sandbox import macos, system
from egcfg_sandbox.confinement import namespaces, seccomp
from egcfg_sandbox.confinement.layer import Confinement
from egcfg_sandbox.linux import kernel
from egcfg_sandbox.server import template
from egcfg_sandbox.server.usage import Consumption, Usage
from egcfg_sandbox.verdicts import Limits, Verdict

START: Final = b"s"
END: Final = b"e"
ASK: Final = b"a"
TICK_S: Final = 0.01
"""How often limits are looked at, and how long a run goes on before the first look."""
_LATE_S: Final = 0.5
_WORD: Final = struct.Struct("<cQ")
WORD_BYTES: Final = _WORD.size
_STATUS: Final = struct.Struct("<?BQ200s")
STATUS_BYTES: Final = _STATUS.size
TRACE: Final = b"t"
"""What the keeper says first, with the memory for traces."""
CHANNELS: Final = 3
"""Descriptors that come with the word that a program is ready: its stdout, stderr and channel."""
_NOTHING: Final = 255
PLAIN_EXIT: Final = "exited with status 0"
_VERDICTS: Final = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Status:
    """What the keeper tells the judge about one run, by the run's number.

    `ready`: the program's process waits, and its descriptors come with this. Else how the run went as far as
    the keeper saw it: a verdict and its reason, None when it has nothing against the run.
    """

    ready: bool
    run: int
    verdict: Verdict | None = None
    text: str = ""

    def pack(self) -> bytes:
        """A message of fixed size."""
        number = _NOTHING if self.verdict is None else _VERDICTS.index(self.verdict)
        return _STATUS.pack(self.ready, number, self.run, self.text.encode()[:200])


def unpack_status(data: bytes) -> Status:
    """The status in a message of the keeper."""
    ready, number, run, text = _STATUS.unpack(data)
    verdict = None if number == _NOTHING else _VERDICTS[number]
    return Status(ready, run, verdict, text.rstrip(bytes(1)).decode("utf-8", "replace"))


def pack_word(word: bytes, run: int) -> bytes:
    """The judge's word on a run: start, end, or the question how it went."""
    return _WORD.pack(word, run)


@dataclass(frozen=True, slots=True)
class _Program:
    """The program's process, with descriptors that become readable when it ends or makes a refused call."""

    pid: int
    death: int | None
    refusals: int | None


class Keeper:
    """Serves one judge with one program's process after another."""

    def __init__(
        self,
        judge: socket.socket,
        template: socket.socket,
        trace: int,
        confinement: Confinement,
        limits: Limits,
        usage: Usage,
    ) -> None:
        self._judge = judge
        self._template = template
        self._trace = trace
        self._confinement = confinement
        self._limits = limits
        self._usage = usage
        self._refusals: int | None = None
        self._scratch = namespaces.scratch_state() if confinement.has("mount_namespace") else ()
        self._run = 0

    def serve(self) -> None:
        """Serves until the judge is gone."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        if system.LINUX:
            kernel.forbid_new_privileges()
            kernel.prctl(kernel.PR_SET_DUMPABLE, 0)
        _, listeners = template.receive_word(self._template)
        self._refusals = listeners[0] if listeners else None
        socket.send_fds(self._judge, [TRACE], [self._trace])
        os.close(self._trace)
        while True:
            program = self._fork()
            try:
                word = self._watch(program)
            finally:
                self._end(program)
            while word != END:
                # Until then the judge may still read the trace.
                word = self._hear()

    def _fork(self) -> _Program:
        """Lets the template fork the program's process, and passes its channels to the judge."""
        self._run += 1
        self._usage.start()
        programs, judges = _channels()
        socket.send_fds(self._template, [template.FORK], programs)
        for descriptor in programs:
            os.close(descriptor)
        refusals = self._refusals
        if self._confinement.filters_each_program:
            _, (refusals,) = template.receive_word(self._template)
        word, _ = template.receive_word(self._template)
        program = _Program(word.pid, system.death_descriptor(word.pid), refusals)
        socket.send_fds(self._judge, [Status(True, self._run).pack()], judges)
        for descriptor in judges:
            os.close(descriptor)
        return program

    def _watch(self, program: _Program) -> bytes | None:
        """Tells the judge how the run ended, once at most: what speaks against it or was asked for.

        Returns the word of the judge that ended it, if there was one.
        """
        poll = select.poll()
        for descriptor in (self._judge.fileno(), program.death, program.refusals):
            if descriptor is not None:
                poll.register(descriptor, select.POLLIN)
        started: float | None = None
        while True:
            ready = dict(poll.poll(None if started is None else TICK_S * 1000))
            fault = None
            if program.refusals is not None and ready.get(program.refusals, 0) & select.POLLIN:
                fault = self._refused(program.refusals)
            if fault is None and (program.death in ready or (program.death is None and started)):
                fault = self._died()
            if fault is None and started is not None and not ready:
                fault = self._exceeded(program.pid, time.monotonic() - started)
            if fault is not None:
                self._tell(*fault)
                return None
            if self._judge.fileno() in ready:
                word = self._hear()
                if word == ASK:
                    self._tell(None, "")
                if word in (ASK, END):
                    return word
                if word == START:
                    started = time.monotonic()

    def _hear(self) -> bytes | None:
        """The judge's word if it is about this run; a judge that has gone ends the keeper."""
        data = self._judge.recv(WORD_BYTES)
        if len(data) != WORD_BYTES:
            os._exit(0)
        word, run = _WORD.unpack(data)
        return bytes(word) if run == self._run else None

    def _tell(self, verdict: Verdict | None, text: str) -> None:
        try:
            self._judge.sendall(Status(False, self._run, verdict, text).pack())
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
        held = usage.resident_bytes + usage.shared_bytes
        if held > limits.memory_bytes or usage.mapped_bytes > 2 * limits.memory_bytes:
            return Verdict.MEMORY, f"needs more than {limits.memory_bytes >> 20} MiB of memory"
        return None

    def _usage_on_macos(self, pid: int) -> Consumption | None:
        found = macos.usage_of(pid)
        return None if found is None else Consumption(found[0], found[1], 0, 0)

    def _ask_template(self, question: bytes) -> template.Word:
        self._template.sendall(question)
        return template.receive_word(self._template)[0]

    def _died(self) -> tuple[Verdict, str] | None:
        """How the program's process ended, if it did."""
        word = self._ask_template(template.ASK)
        if word.pid:
            return None
        code = os.waitstatus_to_exitcode(word.status)
        if code >= 0:
            return Verdict.CRASHED, f"exited with status {code}"
        if word.cpu_s >= self._limits.cpu_s:
            return Verdict.TIMEOUT, f"used {self._limits.cpu_s:g} s of processor time"
        if -code == signal.SIGXFSZ:
            return Verdict.OUTPUT_LIMIT, "wrote a larger file than allowed"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = str(-code)
        return Verdict.CRASHED, f"killed by signal {name}"

    def _end(self, program: _Program) -> None:
        """Kills everything that is left of the run, and reaps what has no other parent."""
        everybody = self._confinement.has("pid_namespace")
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1 if everybody else program.pid, signal.SIGKILL)
        if program.death is None:
            self._ask_template(template.REAP)
        else:
            select.select([program.death], [], [])
            os.close(program.death)
        if program.refusals not in (None, self._refusals):
            os.close(program.refusals)
        while everybody:
            # Orphans of the program are this process's children.
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        if self._confinement.has("mount_namespace") and namespaces.scratch_state() != self._scratch:
            namespaces.renew_scratch(self._limits.scratch_bytes)
            self._scratch = namespaces.scratch_state()


def _channels() -> tuple[list[int], list[int]]:
    """The program's ends of its channels, by the numbers they will have there, and the judge's."""
    ours, theirs = socket.socketpair()
    stdout, stderr = os.pipe(), os.pipe()
    nothing = os.open(os.devnull, os.O_RDONLY)
    return [nothing, stdout[1], stderr[1], ours.detach()], [stdout[0], stderr[0], theirs.detach()]
