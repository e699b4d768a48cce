"""Length-prefixed messages over a stream socket."""

from __future__ import annotations

import os
import socket
import struct
from typing import Final

_LENGTH: Final = struct.Struct("<I")
LARGEST_MESSAGE: Final = 64 * 1024 * 1024
_READ_AT_ONCE: Final = 4000
_MOST_AT_ONCE: Final = 1 << 20


class WireError(Exception):
    """The other end is gone, or sent something that is no message."""


def send(channel: socket.socket, payload: bytes) -> None:
    """Sends one message."""
    try:
        channel.sendall(_LENGTH.pack(len(payload)) + payload)
    except OSError as error:
        raise WireError(str(error)) from error


def receive(channel: socket.socket, largest: int = LARGEST_MESSAGE) -> bytes:
    """Receives one message, blocking; a message beyond `largest` bytes is an error."""
    (length,) = _LENGTH.unpack(_exactly(channel, _LENGTH.size))
    if length > largest:
        raise WireError(f"a message of {length} bytes; {largest} are allowed")
    return _exactly(channel, length)


def _exactly(channel: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        try:
            part = channel.recv(min(count - len(parts), _MOST_AT_ONCE))
        except OSError as error:
            raise WireError(str(error)) from error
        if not part:
            raise WireError("the other end closed")
        parts += part
    return bytes(parts)


def write_message(descriptor: int, payload: bytes) -> None:
    """Sends one message by a descriptor that blocks."""
    data = memoryview(_LENGTH.pack(len(payload)) + payload)
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError as error:
        raise WireError(str(error)) from error


def read_message(descriptor: int) -> bytes:
    """Receives one message by a descriptor that blocks, from somebody who waits for the answer to each.

    A short one costs a single call: nothing can follow it yet that would be taken along.
    """
    data = bytearray(os.read(descriptor, _READ_AT_ONCE))
    wanted = _LENGTH.size
    while True:
        if len(data) >= _LENGTH.size:
            wanted = _LENGTH.size + int.from_bytes(data[: _LENGTH.size], "little")
        if len(data) >= wanted:
            return bytes(data[_LENGTH.size :])
        part = os.read(descriptor, min(wanted - len(data), _MOST_AT_ONCE))
        if not part:
            raise WireError("the other end closed")
        data += part


class Frames:
    """Cuts a byte stream that arrives in pieces into messages of at most `largest` bytes."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Takes what was read."""
        self._buffer += data

    def next(self) -> bytes | None:
        """The next whole message; raises `WireError` for one that is too long."""
        if len(self._buffer) < _LENGTH.size:
            return None
        (length,) = _LENGTH.unpack_from(self._buffer)
        if length > self._largest:
            raise WireError(f"a message of {length} bytes; {self._largest} are allowed")
        end = _LENGTH.size + length
        if len(self._buffer) < end:
            return None
        message = bytes(self._buffer[_LENGTH.size : end])
        del self._buffer[:end]
        return message

    @property
    def pending(self) -> bool:
        """Whether there are bytes that belong to no message yet."""
        return bool(self._buffer)
