"""A stop request that native code can read without Python.

llama.cpp calls its abort callback between graph nodes, hundreds of times per token, from its compute threads.
A Python callback would take the interpreter lock each time. Instead the callback is libc's `strlen` on a
zero-terminated buffer: the result is 0 (go on) while the buffer is empty, and 1 (abort) once the flag is set.
The buffer lies in memory shared between processes, so a stop also interrupts a prefill during a decode.
"""

from __future__ import annotations

import ctypes
import multiprocessing
from multiprocessing.context import SpawnContext
from typing import Any


class StopFlag:
    """One bit shared between processes: the one that wants a stop sets it, native code reads it."""

    def __init__(self, context: SpawnContext | None = None) -> None:
        # Two bytes: the flag, and the terminator that `strlen` needs.
        self._buffer: Any = (context or multiprocessing.get_context("spawn")).RawArray(ctypes.c_ubyte, 2)

    def set(self) -> None:
        """Asks for a stop."""
        self._buffer[0] = 1

    def clear(self) -> None:
        """Withdraws the request."""
        self._buffer[0] = 0

    @property
    def is_set(self) -> bool:
        """Whether a stop is asked for."""
        return bool(self._buffer[0])

    @property
    def address(self) -> int:
        """The address of the buffer, to be passed as the data of the abort callback."""
        return ctypes.addressof(self._buffer)


def native_callback() -> int:
    """The address of the C function to pass as the abort callback, with `StopFlag.address` as its data."""
    function = ctypes.CDLL(None).strlen
    address = ctypes.cast(function, ctypes.c_void_p).value
    assert address is not None  # libc is always loaded
    return address
