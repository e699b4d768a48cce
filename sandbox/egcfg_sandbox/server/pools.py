"""Leaves Python's allocator without half-used pools: what a program's process allocates then lies together.

Python takes small objects from pools, each for one size, and a pool that was used for long has its free
places strewn over its pages. A forked process copies every page that it writes to: it is spared many of them
when it has to begin new pools, in the first page of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_POOL_BYTES: Final = 16 * 1024
_HEADER_BYTES: Final = 48
_STEP_BYTES: Final = 16
_LARGEST_BYTES: Final = 512
_BYTES_OVERHEAD: Final = 33
_MOST: Final = 4000
_kept: Final[list[list[object]]] = []


def begins_pool(thing: object) -> bool:
    """Whether the thing is the first one in its pool (and not one that the collector keeps track of)."""
    return id(thing) % _POOL_BYTES == _HEADER_BYTES


def fill() -> None:
    """Takes every free place in the pools there are, for good, where there are such pools."""
    for size in range(_STEP_BYTES, _LARGEST_BYTES + 1, _STEP_BYTES):
        _kept.append(_filling_of(_maker_of(size)))


def _maker_of(size: int) -> Callable[[], object]:
    """Makes a new object of so many bytes, rounded up."""
    if size == _STEP_BYTES:
        return object
    if size == 2 * _STEP_BYTES:
        return lambda: float(size)
    return lambda: bytes(size - _BYTES_OVERHEAD)


def _filling_of(make: Callable[[], object]) -> list[object]:
    filling: list[object] = []
    for _ in range(_MOST):
        thing = make()
        if begins_pool(thing):
            # It goes, and its pool with it.
            return filling
        filling.append(thing)
    return []
