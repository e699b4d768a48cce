"""Sends llama.cpp's log lines to Python's logging instead of the terminal.

llama-cpp-python's own `verbose=False` points file descriptors 1 and 2 at /dev/null while a model loads,
which blanks a running screen. Our own callback leaves the descriptors alone.
"""

from __future__ import annotations

import ctypes
import logging
from collections import deque
from typing import Final

logger: Final = logging.getLogger(__name__)

# ggml.h defines these numbers.
_LEVELS: Final = {1: logging.DEBUG, 2: logging.INFO, 3: logging.WARNING, 4: logging.ERROR}
_CONTINUED: Final = 5

_recent_errors: deque[str] = deque(maxlen=8)
_callback: object = None


def install() -> None:
    """Routes native log lines to this module's logger. Calling it again changes nothing."""
    global _callback
    if _callback is not None:
        return
    from egcfg_tui.engine.native import llama_cpp

    level = logging.INFO

    @llama_cpp.llama_log_callback
    def receive(native_level: int, text: bytes, _data: ctypes.c_void_p) -> None:
        nonlocal level
        if native_level != _CONTINUED:
            level = _LEVELS.get(native_level, logging.INFO)
        line = text.decode("utf-8", "replace").strip()
        if line and line.strip("."):
            if level == logging.ERROR:
                _recent_errors.append(line)
            logger.log(level, "%s", line)

    # Native code keeps the pointer for the life of the process, so Python must not free the callback.
    _callback = receive
    llama_cpp.llama_log_set(receive, ctypes.c_void_p(0))


def recent_errors() -> list[str]:
    """The last error lines of native code, oldest first, to explain a failure. The call empties the list."""
    lines = list(_recent_errors)
    _recent_errors.clear()
    return lines
