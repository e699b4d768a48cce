"""The keeper has the last word about a run, and only about this one."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator

import pytest

from egcfg_sandbox import Limits, Verdict
from egcfg_sandbox.judge.run_watch import Channels, Ended, Watch
from egcfg_sandbox.server.keeper import ASK, END, WORD_BYTES, Status, pack_word

RUN = 7


class Ends:
    """A watch whose other ends are held here."""

    def __init__(self) -> None:
        channel, self.program = socket.socketpair()
        keeper, self.keeper = socket.socketpair()
        pipes = [os.pipe() for _ in range(2)]
        self.open = [pipes[0][1], pipes[1][1]]
        channels = Channels(RUN, keeper, pipes[0][0], pipes[1][0], channel.detach())
        self.watch = Watch(channels, Limits(wall_s=20.0))
        self.watch.start()
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
def ends() -> Iterator[Ends]:
    made = Ends()
    yield made
    made.watch.stop()
    for descriptor in made.open:
        os.close(descriptor)


def test_what_the_keeper_knows_decides(ends: Ends) -> None:
    heard = ends.answer(Status(False, RUN, Verdict.CRASHED, "refused system call: socket"))
    with pytest.raises(Ended, match="refused system call: socket") as ended:
        ends.watch.finish()
    assert ended.value.verdict is Verdict.CRASHED
    assert heard == [pack_word(ASK, RUN)]


def test_words_about_other_runs_mean_nothing(ends: Ends) -> None:
    ends.answer(Status(False, RUN - 1, Verdict.CRASHED, "another run"), Status(False, RUN))
    ends.watch.finish()
    assert ends.watch.ended is None
    ends.watch.dismiss()
    assert ends.keeper.recv(WORD_BYTES) == pack_word(END, RUN)
