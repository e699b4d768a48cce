"""How many numbers the layers of a model keep in memory, by the kind of layer.

An attention layer keeps the keys and values of every token. That holds for a sliding window too: the engine
keeps the tokens that left the window, so that branches can be rewound. A recurrent layer keeps one state per
sequence. Hybrid models mix both kinds; some have both in one layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Numbers = Callable[[str], list[int]]
"""The values of a key of the model's architecture: one per layer, one for all, or [0] without the key."""

_INTERVAL: Final = "full_attention_interval"
_USUAL_INTERVALS: Final = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4}


@dataclass(frozen=True, slots=True)
class MemoryNumbers:
    """How many numbers all layers together keep: for each token of the context, and for each sequence."""

    per_token: int
    per_sequence: int


def memory_numbers(architecture: str, numbers: Numbers, embedding: int, layers: int) -> MemoryNumbers:
    """Counts what all layers keep, in numbers and not bytes.

    `numbers` reads a key of the GGUF file, `embedding` is the width of the model, `layers` its layer count.
    """
    state = _state(lambda key: max(numbers(key), default=0), embedding)
    recurrent = _recurrent(architecture, numbers, layers) if state else [False] * layers
    attention = _attention(numbers, embedding, layers)
    both = not any(recurrent) and bool(state)
    return MemoryNumbers(
        per_token=sum(size for size, is_state in zip(attention, recurrent, strict=True) if not is_state),
        per_sequence=state * (layers if both else sum(recurrent)),
    )


def _attention(numbers: Numbers, embedding: int, layers: int) -> list[int]:
    """For each layer, how many numbers the keys and values of one token hold; 0 without attention."""
    queries = _spread(numbers("attention.head_count"), layers)
    heads = (
        _spread(numbers("attention.head_count_kv"), layers)
        if any(numbers("attention.head_count_kv"))
        else queries
    )
    head_length = embedding // max(queries, default=0) if any(queries) else 0
    windows = _spread(numbers("attention.sliding_window_pattern"), layers)
    if len(numbers("attention.sliding_window_pattern")) == 1:
        # A single number is the length of a period of layers. Such models have the same key and value lengths
        # in layers with and without a window.
        windows = [0] * layers

    def length(kind: str, has_window: int) -> int:
        own = max(numbers(f"attention.{kind}_length_swa"), default=0) if has_window else 0
        return own or max(numbers(f"attention.{kind}_length"), default=0) or head_length

    # The last layers may use the keys and values of earlier ones.
    own_layers = layers - max(numbers("attention.shared_kv_layers"), default=0)
    return [
        count * (length("key", window) + length("value", window)) if layer < own_layers else 0
        for layer, (count, window) in enumerate(zip(heads, windows, strict=True))
    ]


def _recurrent(architecture: str, numbers: Numbers, layers: int) -> list[bool]:
    """For each layer, whether it keeps a state instead of keys and values; False if it keeps both."""
    named = numbers("attention.recurrent_layers")
    if any(named):
        return [bool(flag) for flag in _spread(named, layers)]
    interval = max(numbers(_INTERVAL), default=0) or _USUAL_INTERVALS.get(architecture, 0)
    if interval:
        return [(layer + 1) % interval != 0 for layer in range(layers)]
    heads, forward = numbers("attention.head_count_kv"), numbers("feed_forward_length")
    if len(heads) == 1:
        return [False] * layers
    # In some models (Nemotron-H) a layer may be only feed-forward; such a layer keeps nothing.
    mixed = len(forward) > 1 and 0 in forward
    return [
        not count and not (mixed and width)
        for count, width in zip(_spread(heads, layers), _spread(forward, layers), strict=True)
    ]


def _state(number: Callable[[str], int], embedding: int) -> int:
    """How many numbers the state of one recurrent layer holds, by the formulas of llama.cpp.

    They cover state-space models, RWKV and short convolutions.
    """
    inner, size, kernel = (number(f"ssm.{key}") for key in ("inner_size", "state_size", "conv_kernel"))
    if inner:
        return max(kernel - 1, 0) * (inner + 2 * number("ssm.group_count") * size) + inner * size
    if number("wkv.head_size"):
        return embedding * (number("wkv.head_size") + (number("token_shift_count") or 2))
    return embedding * max(number("shortconv.l_cache") - 1, 0)


def _spread(values: list[int], layers: int) -> list[int]:
    """One value per layer: a single value is repeated, a short list is filled up with 0."""
    return (values * layers if len(values) == 1 else values + [0] * layers)[:layers]
