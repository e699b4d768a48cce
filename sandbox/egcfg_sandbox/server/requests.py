"""The requests of a caller to the fork server, as messages of fixed size."""

from __future__ import annotations

import struct
from dataclasses import astuple
from typing import Final

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
