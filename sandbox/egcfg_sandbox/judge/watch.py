"""Watches over the program's process: its answers, its output, its limits, the calls it was refused."""

from __future__ import annotations

import math
import os
import resource
import select
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any, Final

from egcfg_sandbox import wire
from egcfg_sandbox.codec import LIMITS as CODEC_LIMITS
from egcfg_sandbox.judge.processes import Usage
from egcfg_sandbox.linux import seccomp
from egcfg_sandbox.verdicts import Limits, Verdict

_TICK_S: Final = 0.01
_PIECE: Final = 1 << 16
_KEPT_OUTPUT: Final = 64 * 1024


class Ended(BaseException):
    """The program's run is over before its test was. Not an `Exception`: tests must not catch it by chance."""

    def __init__(self, verdict: Verdict, text: str) -> None:
        super().__init__(text)
        self.verdict = verdict
        self.text = text


@dataclass(frozen=True, slots=True)
class Ends:
    """The judge's ends of everything that leads to the program's process."""

    pid: int
    pidfd: int
    channel: socket.socket
    stdin: int
    stdout: int
    stderr: int
    refusals: int | None
    proc: int | None


class Watch:
    """One program's run, from its first instruction to its verdict."""

    def __init__(self, ends: Ends, limits: Limits, stdin: bytes) -> None:
        self._ends = ends
        self._limits = limits
        self._stdin = memoryview(stdin)
        self._pidfd = ends.pidfd
        self._frames = wire.Frames(CODEC_LIMITS.message_bytes)
        self._poll = select.poll()
        self._outputs = {ends.stdout: bytearray(), ends.stderr: bytearray()}
        self._written = 0
        self._usage = Usage(ends.proc, ends.pid)
        self._exit: int | None = None
        self.ended: Ended | None = None
        self._started = time.monotonic()

    def start(self) -> None:
        """Sets the limits and the clock going."""
        ends, limits = self._ends, self._limits
        self._bind_limits()
        for descriptor in (ends.stdin, ends.stdout, ends.stderr):
            os.set_blocking(descriptor, False)
        ends.channel.setblocking(False)
        for descriptor in (ends.channel.fileno(), ends.stdout, ends.stderr, self._pidfd):
            self._poll.register(descriptor, select.POLLIN)
        if ends.refusals is not None:
            self._poll.register(ends.refusals, select.POLLIN)
        if self._stdin:
            self._poll.register(ends.stdin, select.POLLOUT)
        else:
            os.close(ends.stdin)
        self._started = time.monotonic()
        signal.signal(signal.SIGALRM, self._on_tick)
        signal.setitimer(signal.ITIMER_REAL, min(_TICK_S, limits.wall_s), _TICK_S)

    def _bind_limits(self) -> None:
        limits = self._limits
        baseline = self._usage.baseline()
        seconds = math.ceil(limits.cpu_s) + 1
        for kind, value in (
            (resource.RLIMIT_AS, baseline + limits.memory_bytes),
            (resource.RLIMIT_CPU, seconds),
            (resource.RLIMIT_NPROC, limits.processes + 1),
            (resource.RLIMIT_NOFILE, limits.open_files),
            (resource.RLIMIT_FSIZE, limits.file_size_bytes),
        ):
            resource.prlimit(self._ends.pid, kind, (value, value))

    @property
    def wall_s(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started

    @property
    def output(self) -> str:
        """The head of what was printed."""
        return bytes(self._outputs[self._ends.stdout][:_KEPT_OUTPUT]).decode("utf-8", "replace")

    @property
    def whole_output(self) -> str:
        """All of what was printed."""
        return bytes(self._outputs[self._ends.stdout]).decode("utf-8", "replace")

    def end(self, verdict: Verdict, text: str) -> Ended:
        """Notes the end of the run; the first one counts."""
        if self.ended is None:
            self.ended = Ended(verdict, text)
        return self.ended

    def _on_tick(self, number: int, frame: Any) -> None:
        self.check()

    def check(self) -> None:
        """Raises `Ended` when a limit is used up or a call was refused."""
        if self.ended is not None:
            raise self.ended
        limits = self._limits
        if self.wall_s >= limits.wall_s:
            raise self.end(Verdict.TIMEOUT, f"not finished after {limits.wall_s:g} s")
        usage = self._usage.now()
        if usage is not None:
            if usage.cpu_s >= limits.cpu_s:
                raise self.end(Verdict.TIMEOUT, f"used {limits.cpu_s:g} s of processor time")
            if usage.resident_bytes > limits.memory_bytes or usage.mapped_bytes > 2 * limits.memory_bytes:
                raise self.end(Verdict.MEMORY, f"needs more than {limits.memory_bytes >> 20} MiB of memory")
        if self._ends.refusals is not None and select.select([self._ends.refusals], [], [], 0)[0]:
            self._refused()

    def _refused(self) -> None:
        assert self._ends.refusals is not None
        name = seccomp.refused_call(self._ends.refusals)
        if name is not None:
            raise self.end(Verdict.CRASHED, f"refused system call: {name}")

    def send(self, payload: bytes) -> None:
        """Sends one message to the program's process."""
        self.check()
        self._take_ready()
        if self._frames.pending:
            raise self.end(Verdict.MALFORMED, "the program answered a question that was not asked")
        data = memoryview(len(payload).to_bytes(4, "little") + payload)
        while data:
            try:
                data = data[self._ends.channel.send(data) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)
            except OSError:
                self._await_death()

    def _take_ready(self) -> None:
        """Reads what lies in the channel without waiting."""
        try:
            data = self._ends.channel.recv(_PIECE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        except OSError:
            self._await_death()
        self._frames.feed(data)

    def receive(self) -> bytes:
        """The program's next message; raises `Ended` when none will come."""
        while True:
            try:
                message = self._frames.next()
            except wire.WireError as error:
                raise self.end(Verdict.MALFORMED, f"the answer is {error}") from None
            if message is not None:
                return message
            self._wait(0)

    def _wait(self, writing: int) -> None:
        """Waits for anything to happen and deals with it."""
        channel = self._ends.channel.fileno()
        self._poll.modify(channel, select.POLLIN | writing)
        events = dict(self._poll.poll())
        if self._ends.refusals in events:
            self._refused()
        for descriptor in (self._ends.stdout, self._ends.stderr):
            if descriptor in events:
                self._drain(descriptor)
        if self._ends.stdin in events and self._stdin:
            self._feed()
        if channel in events and events[channel] & ~select.POLLOUT:
            try:
                data = self._ends.channel.recv(_PIECE)
            except BlockingIOError:
                data = b"-"
            except OSError:
                data = b""
            if data == b"":
                self._await_death()
            elif data != b"-":
                self._frames.feed(data)
                return
        if self._pidfd in events and not self._frames.pending:
            self._await_death()

    def _drain(self, descriptor: int) -> None:
        try:
            data = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return
        if not data:
            self._poll.unregister(descriptor)
            return
        self._written += len(data)
        if self._written > self._limits.output_bytes:
            raise self.end(Verdict.OUTPUT_LIMIT, f"printed more than {self._limits.output_bytes} bytes")
        self._outputs[descriptor] += data

    def _feed(self) -> None:
        try:
            self._stdin = self._stdin[os.write(self._ends.stdin, self._stdin[:_PIECE]) :]
        except BlockingIOError:
            return
        except OSError:
            self._stdin = memoryview(b"")
        if not self._stdin:
            self._poll.unregister(self._ends.stdin)
            os.close(self._ends.stdin)

    def drain_outputs(self) -> None:
        """Takes what was printed up to now, without waiting."""
        for descriptor in (self._ends.stdout, self._ends.stderr):
            while select.select([descriptor], [], [], 0)[0]:
                before = self._written
                self._drain(descriptor)
                if self._written == before:
                    break

    def finish(self) -> None:
        """Makes sure that nothing but the answers came, then stops the clock."""
        self.check()
        self.drain_outputs()
        self._take_ready()
        if self._frames.pending:
            raise self.end(Verdict.MALFORMED, "the program answered more than it was asked")

    def stop(self) -> None:
        """Stops the clock for good."""
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_IGN)

    @property
    def exit_status(self) -> int | None:
        """The process's exit code, negative for a signal, None while it lives."""
        return self._exit

    def _await_death(self) -> None:
        """The program's process is gone or has closed its end: says how it ended."""
        if not select.select([self._pidfd], [], [], _TICK_S)[0]:
            raise self.end(Verdict.MALFORMED, "the program closed the channel its answers come by")
        try:
            self.drain_outputs()
        except Ended as ended:
            raise ended
        raise self._died()

    def _died(self) -> Ended:
        _, status, usage = os.wait4(self._ends.pid, 0)
        self._exit = os.waitstatus_to_exitcode(status)
        cpu_s = usage.ru_utime + usage.ru_stime
        if self._exit < 0:
            if cpu_s >= self._limits.cpu_s:
                return self.end(Verdict.TIMEOUT, f"used {self._limits.cpu_s:g} s of processor time")
            try:
                name = signal.Signals(-self._exit).name
            except ValueError:
                name = str(-self._exit)
            if name == "SIGXFSZ":
                return self.end(Verdict.OUTPUT_LIMIT, "wrote a larger file than allowed")
            return self.end(Verdict.CRASHED, f"killed by signal {name}")
        return self.end(Verdict.CRASHED, f"exited with status {self._exit}")
