"""Checks that a model fits into memory before it is loaded: otherwise the system would kill the process."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.gguf_header import read_header
from egcfg_tui.models.units import megabytes
from egcfg_tui.system.memory import available_bytes

_BYTES: Final = {"f16": 2.0, "f32": 4.0, "q8_0": 34 / 32}
"""Bytes per number in the cache, for each type of cache."""

_STATE_BYTES: Final = 4
"""Bytes per number in a recurrent state, for every type of cache."""

_OVERHEAD_BYTES: Final = 64 * 1024 * 1024
"""For the interpreter, the library and small buffers."""

MOST_SEQUENCES: Final = 64
MOST_STATES: Final = 32
LEAST_STATES: Final = 16
"""The number of sequences for a model that keeps a state per sequence. 32 are enough for 16 samples at once
with their prompts, or for a guided trial with 16 candidates. If memory is short there are fewer, at least
16."""


def sequences_for(
    path: Path,
    context_tokens: int,
    *,
    batch_tokens: int = 256,
    cache_type: str = "f16",
    weights_on_gpu: bool = False,
) -> int:
    """How many sequences to make room for, by the kind of model and the memory that is left.

    Raises `ModelError` when the model with a context of `context_tokens` surely does not fit into memory.
    """
    state_bytes = _STATE_BYTES * read_header(path).state_numbers
    most, least = (MOST_STATES, LEAST_STATES) if state_bytes else (MOST_SEQUENCES, MOST_SEQUENCES)
    needed = needed_bytes(
        path, context_tokens, batch_tokens=batch_tokens, cache_type=cache_type, sequences=least
    )
    if weights_on_gpu:
        needed -= path.stat().st_size
    available = available_bytes()
    if available is None:
        return most
    if needed > available:
        raise ModelError(
            f"not enough memory for the model: {path.name} with a context of {context_tokens} tokens needs "
            f"about {megabytes(needed)}, {megabytes(available)} are available\n"
            "Close other programs, use a smaller --context, or a smaller model: egcfg-tui models list"
        )
    return most if not state_bytes else min(most, least + (available - needed) // state_bytes)


def needed_bytes(
    path: Path,
    context_tokens: int,
    *,
    batch_tokens: int = 256,
    cache_type: str = "f16",
    sequences: int = MOST_SEQUENCES,
) -> int:
    """An estimate of the memory that a model needs, in bytes.

    It counts the weights, the keys and values of the context, the recurrent states of all sequences, and the
    rows of logits of one batch twice: in the network and as its output. Weights that are rearranged for the
    processor count once, since the kernel then drops the pages of the file on demand.
    """
    header = read_header(path)
    cache = int(_BYTES[cache_type] * context_tokens * header.cache_numbers)
    states = _STATE_BYTES * sequences * header.state_numbers
    rows = 2 * 4 * batch_tokens * header.vocabulary
    return path.stat().st_size + cache + states + rows + _OVERHEAD_BYTES
