"""When Python collects garbage: not while a program starts.

A start makes a hundred thousand objects that stay (classes, functions, styles). Each collection goes through
them again and finds nothing: a tenth of the processor time of a start of the workbench.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def pause() -> None:
    """Collects nothing until `go_on`."""
    gc.disable()


def go_on() -> None:
    """Collects again. What there is now is taken to stay and is not looked through any more."""
    gc.freeze()
    gc.enable()


@contextmanager
def paused() -> Iterator[None]:
    """Collects nothing inside the `with` block."""
    pause()
    try:
        yield
    finally:
        go_on()
