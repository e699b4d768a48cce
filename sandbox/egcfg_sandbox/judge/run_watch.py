"""Watches a running program: its answers, its output, its time, and the keeper's word on it."""

from __future__ import annotations

import os
import select
import signal
import socket
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from egcfg_sandbox import wire
from egcfg_sandbox.codec import LIMITS as CODEC_LIMITS
from egcfg_sandbox.server.keeper import (
    ASK,
    END,
    PLAIN_EXIT,
    START,
    STATUS_BYTES,
    TICK_S,
    pack_word,
    unpack_status,
)
from egcfg_sandbox.verdicts import Limits, Verdict

_DEATH_S: Final = 1.0
_PIECE: Final = 1 << 18
_KEPT_OUTPUT: Final = 64 * 1024


class Ended(BaseException):
    """The program's run is over before its test. Not an `Exception`: tests must not catch it by chance."""

    def __init__(self, verdict: Verdict, text: str) -> None:
        super().__init__(text)
        self.verdict = verdict
        self.text = text


@dataclass(frozen=True, slots=True)
class Channels:
    """The judge's ends of everything that leads to the program's process of one run, by the run's number."""

    run: int
    keeper: socket.socket
    stdout: int
    stderr: int
    channel: int


class Watch:
    """The run of one program, from its first instruction to the verdict."""

    def __init__(self, channels: Channels, limits: Limits) -> None:
        self._channels = channels
        self._limits = limits
        self._frames = wire.Frames(CODEC_LIMITS.message_bytes)
        self._poll = select.poll()
        self._outputs = {channels.stdout: bytearray(), channels.stderr: bytearray()}
        self._written = 0
        self._told = False
        self._ticking = False
        self._started = monotonic()
        self._stopped: float | None = None
        self.ended: Ended | None = None
        for descriptor in (channels.channel, channels.stdout, channels.stderr):
            os.set_blocking(descriptor, False)
            self._poll.register(descriptor, select.POLLIN)
        self._poll.register(channels.keeper, select.POLLIN)

    def start(self) -> None:
        """Starts the clock. The program has reported that it is ready and waits for a question."""
        channels = self._channels
        self._started = monotonic()
        channels.keeper.sendall(pack_word(START, channels.run))
        self._ticking = True
        signal.signal(signal.SIGALRM, self._on_tick)
        signal.setitimer(signal.ITIMER_REAL, min(TICK_S, self._limits.wall_s), TICK_S)

    def _on_tick(self, number: int, frame: Any) -> None:
        if self._ticking:
            self.check()

    def quiet(self) -> None:
        """Turns the ticks off: the test is over, and nothing may interrupt the forming of the verdict."""
        self._ticking = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    @property
    def wall_s(self) -> float:
        """Seconds from the start to now or to the end."""
        return (self._stopped or monotonic()) - self._started

    @property
    def output(self) -> str:
        """The beginning of the output."""
        return bytes(self._outputs[self._channels.stdout][:_KEPT_OUTPUT]).decode("utf-8", "replace")

    @property
    def whole_output(self) -> str:
        """The whole output."""
        return bytes(self._outputs[self._channels.stdout]).decode("utf-8", "replace")

    def end(self, verdict: Verdict, text: str) -> Ended:
        """Notes the end of the run; the first one counts."""
        if self.ended is None:
            self.ended = Ended(verdict, text)
        return self.ended

    def check(self) -> None:
        """Raises `Ended` if the run is over, whatever the test is doing."""
        if self.ended is not None:
            raise self.ended
        if self.wall_s >= self._limits.wall_s:
            raise self.end(Verdict.TIMEOUT, f"not finished after {self._limits.wall_s:g} s")
        if not self._told and select.select([self._channels.keeper], [], [], 0)[0]:
            self._hear_keeper()

    def _hear_keeper(self) -> None:
        """Takes the keeper's one word about this run; raises `Ended` when it is against the run."""
        data = self._channels.keeper.recv(STATUS_BYTES, socket.MSG_WAITALL)
        if len(data) != STATUS_BYTES:
            self._told = True
            raise self.end(Verdict.SANDBOX_ERROR, "the program's keeper is gone")
        status = unpack_status(data)
        if status.run != self._channels.run:
            return
        self._told = True
        if status.verdict is not None:
            self.drain_outputs()
            raise self.end(status.verdict, status.text)

    def send(self, payload: bytes) -> None:
        """Sends one message to the program's process, from which none may be on its way."""
        self.check()
        self._take_ready()
        if self._frames.pending:
            raise self.end(Verdict.MALFORMED, "the program answered a question that was not asked")
        data = memoryview(len(payload).to_bytes(4, "little") + payload)
        while data:
            try:
                data = data[os.write(self._channels.channel, data) :]
            except BlockingIOError:
                self._wait(select.POLLOUT)
            except OSError:
                self._await_death()

    def _take_ready(self) -> None:
        """Reads what has arrived in the channel, without waiting."""
        try:
            data = os.read(self._channels.channel, _PIECE)
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
        """Waits for the next event and handles it; answers are handled before failures."""
        channel = self._channels.channel
        self._poll.modify(channel, select.POLLIN | writing)
        events = dict(self._poll.poll())
        for descriptor in self._outputs:
            if descriptor in events:
                self._drain(descriptor)
        if events.get(channel, 0) & ~select.POLLOUT:
            try:
                data = os.read(channel, _PIECE)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._await_death()
            self._frames.feed(data)
        elif self._channels.keeper.fileno() in events:
            self._hear_keeper()

    def _drain(self, descriptor: int) -> bool:
        """Reads one piece of output; False when there is none."""
        try:
            data = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return False
        if not data:
            self._poll.unregister(descriptor)
            return False
        self._written += len(data)
        if self._written > self._limits.output_bytes:
            raise self.end(Verdict.OUTPUT_LIMIT, f"printed more than {self._limits.output_bytes} bytes")
        self._outputs[descriptor] += data
        return True

    def drain_outputs(self) -> None:
        """Reads the output so far, without waiting."""
        for descriptor in self._outputs:
            try:
                while self._drain(descriptor):
                    continue
            except KeyError:
                continue

    def _await_death(self) -> None:
        """The program's process is gone or has closed its end: the keeper knows how it ended."""
        if not self._told and select.select([self._channels.keeper], [], [], _DEATH_S)[0]:
            self._hear_keeper()
        raise self.end(Verdict.MALFORMED, "the program closed the channel its answers come by")

    def forgive_clean_exit(self, ended: Ended) -> bool:
        """Whether the end was an exit with status 0, as a whole program may end; then the run goes on."""
        if ended.text != PLAIN_EXIT or ended.verdict is not Verdict.CRASHED:
            return False
        self.ended = None
        return True

    def finish(self) -> None:
        """Ends the run: only the answers may have come, and the keeper must have nothing against it."""
        self.check()
        self.drain_outputs()
        self._take_ready()
        if self._frames.pending:
            raise self.end(Verdict.MALFORMED, "the program answered more than it was asked")
        self.stop()
        if not self._told:
            self._channels.keeper.sendall(pack_word(ASK, self._channels.run))
        while not self._told:
            self._hear_keeper()

    def stop(self) -> None:
        """Stops the clock."""
        self.quiet()
        self._stopped = self._stopped or monotonic()

    def dismiss(self) -> None:
        """Lets the keeper end the program, whose trace can be read until then."""
        self._channels.keeper.sendall(pack_word(END, self._channels.run))

    def close(self) -> None:
        """Closes the channels of a program that has ended."""
        for descriptor in (self._channels.channel, *self._outputs):
            os.close(descriptor)
