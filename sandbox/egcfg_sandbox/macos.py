"""Measures what one process uses on macOS. Written from its documentation; not run on a Mac."""

from __future__ import annotations

import ctypes
import struct
from typing import Final

_USAGE_VERSION: Final = 2
_USAGE_BYTES: Final = 1024
# Of `struct rusage_info_v2`: user and system time in nanoseconds, and the physical footprint in bytes.
_TIMES: Final = struct.Struct("=16xQQ")
_FOOTPRINT_OFFSET: Final = 72


def usage_of(pid: int) -> tuple[float, int] | None:
    """Processor seconds and bytes of memory of one process, None when it has gone."""
    library = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    buffer = ctypes.create_string_buffer(_USAGE_BYTES)
    if library.proc_pid_rusage(ctypes.c_int(pid), ctypes.c_int(_USAGE_VERSION), buffer):
        return None
    user_ns, system_ns = _TIMES.unpack_from(buffer.raw)
    (footprint,) = struct.unpack_from("=Q", buffer.raw, _FOOTPRINT_OFFSET)
    return (user_ns + system_ns) / 1e9, footprint
