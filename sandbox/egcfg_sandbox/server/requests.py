"""What a caller can ask the fork server for, in messages of fixed size, and how a process becomes that."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import struct
from collections.abc import Callable
from dataclasses import astuple
from typing import Final, NoReturn

from egcfg_sandbox import wire
from egcfg_sandbox.verdicts import Limits

KEEPER: Final = 1
JUDGE: Final = 2
_REQUEST: Final = struct.Struct("<BddQQQQQQQQ")
REQUEST_BYTES: Final = _REQUEST.size


def pack_request(role: int, limits: Limits) -> bytes:
    """A keeper or a judge for runs with these limits."""
    return _REQUEST.pack(role, *astuple(limits))


def unpack_request(data: bytes) -> tuple[int, Limits]:
    """The role and the limits."""
    role, *values = _REQUEST.unpack(data)
    return role, Limits(*values)


def become(descriptors: list[int], work: Callable[[socket.socket, socket.socket], None]) -> NoReturn:
    """Does the work, in the process forked for it, with the two sockets that came with the request.

    A failure is told to the caller, who holds the other end of the first one.
    """
    leave = os._exit
    caller, other = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    try:
        work(caller, other)
    except BaseException as error:
        with contextlib.suppress(wire.WireError):
            fault = json.dumps({"fault": f"{type(error).__name__}: {error}"}).encode()
            wire.send(caller, fault)
    leave(0)
