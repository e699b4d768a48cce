"""Checks that a GGUF file is as long as its tensors need: an interrupted download is shorter."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.gguf_values import Tensor, opened, pairs, tensors

_ALIGNMENT: Final = 32
"""Tensors begin at multiples of this many bytes, unless the file gives another number."""

BLOCKS: Final = {
    0: (1, 4),
    1: (1, 2),
    2: (32, 18),
    3: (32, 20),
    6: (32, 22),
    7: (32, 24),
    8: (32, 34),
    9: (32, 40),
    10: (256, 84),
    11: (256, 110),
    12: (256, 144),
    13: (256, 176),
    14: (256, 210),
    15: (256, 292),
    16: (256, 66),
    17: (256, 74),
    18: (256, 98),
    19: (256, 50),
    20: (32, 18),
    21: (256, 110),
    22: (256, 82),
    23: (256, 136),
    24: (1, 1),
    25: (1, 2),
    26: (1, 4),
    27: (1, 8),
    28: (1, 8),
    29: (256, 56),
    30: (1, 2),
    34: (256, 54),
    35: (256, 66),
    39: (32, 17),
}
"""For each type of tensor data in ggml (ggml-common.h): how many numbers a block holds, and its bytes."""


def check_extent(path: Path) -> None:
    """Raises `ModelError` when the file ends before its last tensor."""
    with opened(path) as file:
        alignment = dict(pairs(file)).get("general.alignment", _ALIGNMENT)
        ends = [tensor.offset + _bytes(tensor) for tensor in tensors(file)]
        if not isinstance(alignment, int) or alignment < 1:
            raise EOFError
        beginning = -(-file.tell() // alignment) * alignment
        size = path.stat().st_size
    needed = beginning + max(ends, default=-beginning)
    if size < needed:
        raise ModelError(
            f"{path}: the file is shorter than its tensors: {size:,} of {needed:,} bytes; fetch it again"
        )


def _bytes(tensor: Tensor) -> int:
    """The size of a tensor in bytes; 0 for an unknown type, so that a new type is never refused."""
    numbers, size = BLOCKS.get(tensor.kind, (1, 0))
    return -(-tensor.numbers // numbers) * size
