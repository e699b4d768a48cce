"""Confinement on macOS by a Seatbelt profile. Written from its documentation; it has not been run on a Mac.

There are no namespaces to count processes in, so programs may not fork.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Final

from egcfg_sandbox.confinement.layer import Layer, Process, Role

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


class Seatbelt(Layer):
    """The layer."""

    name = "seatbelt"
    required = True

    def apply(self, process: Process) -> None:
        """Programs and judges may read what Python needs, and nothing else; a template has to fork."""
        if process.role in (Role.PROGRAM, Role.JUDGE):
            _confine(process.confinement.readable)


def _confine(readable: Sequence[str]) -> None:
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
