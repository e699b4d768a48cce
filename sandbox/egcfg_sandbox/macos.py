"""Confinement on macOS by a Seatbelt profile. Written from its documentation; it has not been run on a Mac.

There are no namespaces to count processes in, so programs may not fork, and the keeper asks the system for
the one process's memory and processor time.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Sequence
from typing import Final

_PROFILE: Final = """
(version 1)
(deny default)
(allow sysctl-read)
(allow process-info* (target self))
(allow signal (target self))
(allow file-read-metadata)
(allow file-read* file-write-data (literal "/dev/null") (literal "/dev/zero"))
(allow file-read* (literal "/dev/random") (literal "/dev/urandom"))
(allow file-read* {readable})
"""
_LIBRARIES: Final = ("/usr/lib", "/System/Library", "/private/var/db/timezone", "/usr/share/zoneinfo")
_USAGE_VERSION: Final = 2
_USAGE_BYTES: Final = 1024
# Of `struct rusage_info_v2`: user and system time in nanoseconds, and the physical footprint in bytes.
_TIMES: Final = struct.Struct("=16xQQ")
_FOOTPRINT_OFFSET: Final = 72


def confine(readable: Sequence[str]) -> None:
    """Leaves this process nothing but reading `readable`; raises `OSError` when the profile is not taken."""
    paths = " ".join(f'(subpath "{_quoted(path)}")' for path in (*readable, *_LIBRARIES))
    library = ctypes.CDLL("/usr/lib/libsandbox.1.dylib", use_errno=True)
    message = ctypes.c_char_p()
    if library.sandbox_init(
        _PROFILE.format(readable=paths).encode(), ctypes.c_uint64(0), ctypes.byref(message)
    ):
        text = (message.value or b"").decode("utf-8", "replace")
        raise OSError(f"sandbox_init: {text}")


def _quoted(path: str) -> str:
    return path.replace("\\", "\\\\").replace('"', '\\"')


def usage_of(pid: int) -> tuple[float, int] | None:
    """Processor seconds and bytes of memory of one process, None when it has gone."""
    library = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    buffer = ctypes.create_string_buffer(_USAGE_BYTES)
    if library.proc_pid_rusage(ctypes.c_int(pid), ctypes.c_int(_USAGE_VERSION), buffer):
        return None
    user_ns, system_ns = _TIMES.unpack_from(buffer.raw)
    (footprint,) = struct.unpack_from("=Q", buffer.raw, _FOOTPRINT_OFFSET)
    return (user_ns + system_ns) / 1e9, footprint
