"""A stop request that native code can see without Python.

llama.cpp asks its abort callback between graph nodes, hundreds of times a token, from its compute threads.
A Python callback would take the interpreter lock each time; `strlen` of a shared, zero-terminated buffer
does the same job in native code: an empty buffer is false, a set one true. The buffer may live in memory
shared with another process, so a stop also reaches a prefill in the middle of a decode.
"""

from __future__ import annotations

import ctypes
import multiprocessing
from multiprocessing.context import SpawnContext
from typing import Any


class StopFlag:
    """One bit shared between processes: set by whoever wants a stop, seen by native code."""

    def __init__(self, context: SpawnContext | None = None) -> None:
        # Two bytes: the flag and the terminator that strlen needs.
        self._buffer: Any = (context or multiprocessing.get_context("spawn")).RawArray(ctypes.c_ubyte, 2)

    def set(self) -> None:
        """Asks for a stop."""
        self._buffer[0] = 1

    def clear(self) -> None:
        """Takes the request back."""
        self._buffer[0] = 0

    @property
    def is_set(self) -> bool:
        """Whether a stop is asked for."""
        return bool(self._buffer[0])

    @property
    def address(self) -> int:
        """Where the buffer lives: the `user_data` of the abort callback."""
        return ctypes.addressof(self._buffer)


def native_callback() -> int:
    """Address of the C function to pass as the abort callback, with `StopFlag.address` as its data."""
    function = ctypes.CDLL(None).strlen
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None  # libc is always loaded
    return address
