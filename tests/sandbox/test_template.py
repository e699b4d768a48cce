"""What the template tells the keeper: a process that lives, one that has ended, or what went wrong."""

from __future__ import annotations

import os
import socket
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_sandbox.server import template
from egcfg_sandbox.server.template import Word, receive_word


@given(st.integers(0, 2**31 - 1), st.integers(0, 2**16), st.floats(0, 1e9))
def test_words_arrive_as_they_were_sent(pid: int, status: int, cpu_s: float) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(Word(pid, status, cpu_s).pack())
        assert receive_word(ours) == (Word(pid, status, cpu_s), [])


def test_a_process_id_alone_is_a_word() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(os.getpid().to_bytes(len(Word().pack()), sys.byteorder))
        assert receive_word(ours) == (Word(os.getpid()), [])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (template._fault(PermissionError("no chair")), "PermissionError: no chair"),
        (b"", "the template is gone"),
    ],
)
def test_what_went_wrong_is_raised(sent: bytes, told: str) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            theirs.sendall(sent)
        with pytest.raises(OSError, match=told):
            receive_word(ours)


def test_the_ends_of_a_program_take_the_lowest_numbers() -> None:
    """In a child, which makes them free, as the template does."""
    ours, theirs = socket.socketpair()
    ends = [*os.pipe(), *os.pipe()]
    child = os.fork()
    if child == 0:
        try:
            os.dup2(ours.fileno(), template._KEEPER)
            os.closerange(0, template._KEEPER)
            channel = socket.socket(fileno=template._KEEPER)
            _, found, _, _ = socket.recv_fds(channel, 1, template.PROGRAM_ENDS)
            os._exit(found != template._IN_THEIR_PLACES)
        finally:
            os._exit(1)
    with ours, theirs:
        socket.send_fds(theirs, [template.FORK], ends)
        assert os.waitpid(child, 0)[1] == 0
    for end in ends:
        os.close(end)
