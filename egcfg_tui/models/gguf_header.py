"""Reads the few facts of a GGUF file that are needed before a native library loads it.

Reading stops at the vocabulary, whose size is the last fact needed. So it takes about a millisecond.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.models.gguf_values import Value, opened, pairs
from egcfg_tui.models.layers import memory_numbers

_VOCABULARY: Final = "tokenizer.ggml.tokens"


@dataclass(frozen=True, slots=True)
class Header:
    """The facts of a model in its GGUF file. A number is 0 and a text empty if the file does not say."""

    architecture: str
    name: str
    licence: str
    context_tokens: int
    layers: int
    cache_numbers: int
    """How many numbers the keys and values of one token hold, in all layers together."""
    state_numbers: int
    """How many numbers the states of one sequence hold, in all recurrent layers together; 0 without any."""
    vocabulary: int


def read_header(path: Path) -> Header:
    """Reads the header of a GGUF file. Raises `ModelError` when it has none or a damaged one."""
    with opened(path) as file:
        found: dict[str, Value] = {}
        for key, value in pairs(file):
            found[key] = value
            if key == _VOCABULARY:
                break
        return _header(found)


def read_values(path: Path, keys: Collection[str]) -> dict[str, Value]:
    """The values of the named keys, without those that the file lacks. Raises `ModelError`.

    This also reads past the vocabulary, which takes half a second for a large one.
    """
    with opened(path) as file:
        return {key: value for key, value in pairs(file) if key in keys}


def _header(values: dict[str, Value]) -> Header:
    architecture = str(values.get("general.architecture", ""))

    def numbers(key: str) -> list[int]:
        value = values.get(f"{architecture}.{key}", 0)
        given = value if isinstance(value, list) else [value]
        return [0 if isinstance(number, str) else int(number) for number in given]

    def number(key: str) -> int:
        return max(numbers(key), default=0)

    layers = number("block_count")
    memory = memory_numbers(architecture, numbers, number("embedding_length"), layers)
    vocabulary = values.get(_VOCABULARY, 0)
    return Header(
        architecture=architecture,
        name=str(values.get("general.name", "")),
        licence=str(values.get("general.license", "")),
        context_tokens=number("context_length"),
        layers=layers,
        cache_numbers=memory.per_token,
        state_numbers=memory.per_sequence,
        vocabulary=vocabulary if isinstance(vocabulary, int) else 0,
    )
