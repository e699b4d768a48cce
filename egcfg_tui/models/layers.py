"""What the layers of a model keep in memory, by their kind.

A layer of attention keeps the keys and values of every token, also one with a window: the engine lets no
window slide, since branches could not be rewound. A recurrent layer keeps one state for each sequence. Hybrid
models mix both kinds; some have both in one layer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

Numbers = Callable[[str], list[int]]
"""The values of a key of the model's architecture: one a layer, one for all, or [0] where it is absent."""

_INTERVAL: Final = "full_attention_interval"
_USUAL_INTERVALS: Final = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4}


@dataclass(frozen=True, slots=True)
class Kept:
    """Numbers kept by all layers together: for one token of the context, and for one sequence."""

    per_token: int
    per_sequence: int


def kept(architecture: str, numbers: Numbers, embedding: int, layers: int) -> Kept:
    """Counts every layer once, from the keys of a GGUF file."""
    state = _state(lambda key: max(numbers(key), default=0), embedding)
    recurrent = _recurrent(architecture, numbers, layers) if state else [False] * layers
    attention = _attention(numbers, embedding, layers)
    both = not any(recurrent) and bool(state)
    return Kept(
        per_token=sum(size for size, is_state in zip(attention, recurrent, strict=True) if not is_state),
        per_sequence=state * (layers if both else sum(recurrent)),
    )


def _attention(numbers: Numbers, embedding: int, layers: int) -> list[int]:
    """Numbers of one token's keys and values in each layer, if it has attention."""
    queries = _spread(numbers("attention.head_count"), layers)
    heads = (
        _spread(numbers("attention.head_count_kv"), layers)
        if any(numbers("attention.head_count_kv"))
        else queries
    )
    head_length = embedding // max(queries, default=0) if any(queries) else 0
    windows = _spread(numbers("attention.sliding_window_pattern"), layers)
    if len(numbers("attention.sliding_window_pattern")) == 1:
        windows = [
            0
        ] * layers  # one number says how many layers a period has; windows differ in no length then

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
    """Which layers keep states instead of keys and values; none where every layer has both."""
    named = numbers("attention.recurrent_layers")
    if any(named):
        return [bool(flag) for flag in _spread(named, layers)]
    interval = max(numbers(_INTERVAL), default=0) or _USUAL_INTERVALS.get(architecture, 0)
    if interval:
        return [(layer + 1) % interval != 0 for layer in range(layers)]
    heads, forward = numbers("attention.head_count_kv"), numbers("feed_forward_length")
    if len(heads) == 1:
        return [False] * layers
    # Where some layers are nothing but feed-forward (Nemotron-H), those keep nothing.
    mixed = len(forward) > 1 and 0 in forward
    return [
        not count and not (mixed and width)
        for count, width in zip(_spread(heads, layers), _spread(forward, layers), strict=True)
    ]


def _state(number: Callable[[str], int], embedding: int) -> int:
    """Numbers of one recurrent layer's state, as llama.cpp sizes them: of state spaces, of RWKV, and of short
    convolutions."""
    inner, size, kernel = (number(f"ssm.{key}") for key in ("inner_size", "state_size", "conv_kernel"))
    if inner:
        return max(kernel - 1, 0) * (inner + 2 * number("ssm.group_count") * size) + inner * size
    if number("wkv.head_size"):
        return embedding * (number("wkv.head_size") + (number("token_shift_count") or 2))
    return embedding * max(number("shortconv.l_cache") - 1, 0)


def _spread(values: list[int], layers: int) -> list[int]:
    """One value for each layer."""
    return (values * layers if len(values) == 1 else values + [0] * layers)[:layers]
