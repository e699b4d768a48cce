"""The judge asks the keeper about the end of a run exactly when there is something to ask about."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from egcfg_sandbox import Limits, Verdict
from egcfg_sandbox.judge.watch import Ended, Ends, Ticks, Watch
from egcfg_sandbox.server.keeper import ASK, END, WORD_BYTES, Status, pack_word

RUN = 7


class Bench:
    """A watch whose other ends are held here."""

    def __init__(self) -> None:
        channel, self.program = socket.socketpair()
        keeper, self.keeper = socket.socketpair()
        pipes = [os.pipe() for _ in range(4)]
        self.sign = pipes[3][1]
        self.open = [pipes[0][0], pipes[1][1], pipes[2][1], self.sign]
        ends = Ends(RUN, channel.detach(), keeper, pipes[0][1], pipes[1][0], pipes[2][0], (pipes[3][0],))
        self.watch = Watch(ends, Limits(wall_s=20.0), Ticks())
        self.watch.start(b"")
        self.keeper.recv(WORD_BYTES)

    def answer(self, *statuses: Status) -> list[bytes]:
        """Answers the judge's next word; the list holds that word afterwards."""
        heard: list[bytes] = []

        def reply() -> None:
            heard.append(self.keeper.recv(WORD_BYTES))
            for status in statuses:
                self.keeper.sendall(status.pack())

        threading.Thread(target=reply).start()
        return heard


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.watch.stop()
    for descriptor in made.open:
        os.close(descriptor)


def test_without_a_sign_the_run_ends_unasked(bench: Bench) -> None:
    bench.watch.finish()
    bench.keeper.setblocking(False)
    with pytest.raises(BlockingIOError):
        bench.keeper.recv(WORD_BYTES)
    bench.watch.dismiss()
    assert bench.keeper.recv(WORD_BYTES) == pack_word(END, RUN)


def test_after_a_sign_the_keeper_has_the_word(bench: Bench) -> None:
    os.write(bench.sign, b"x")
    heard = bench.answer(Status(False, RUN, Verdict.CRASHED, "refused system call: socket"))
    with pytest.raises(Ended, match="refused system call: socket") as ended:
        bench.watch.finish()
    assert ended.value.verdict is Verdict.CRASHED
    assert heard == [pack_word(ASK, RUN)]


def test_a_sign_may_mean_nothing_and_words_about_other_runs_do(bench: Bench) -> None:
    os.write(bench.sign, b"x")
    bench.answer(Status(False, RUN - 1, Verdict.CRASHED, "another run"), Status(False, RUN))
    bench.watch.finish()
    assert bench.watch.ended is None
