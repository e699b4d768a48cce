"""The few facts of a GGUF file that are needed before a native library loads it.

Reading stops at the vocabulary, whose size is the last fact needed, so a header takes about a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from egcfg_tui.models.gguf_values import Value, opened, pairs

_VOCABULARY: Final = "tokenizer.ggml.tokens"


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of its model. Numbers are 0 where the file does not say."""

    architecture: str
    name: str
    licence: str
    context_tokens: int
    layers: int
    embedding: int
    heads: int
    kv_heads: tuple[int, ...]
    """Heads of keys and values, one number per layer, or a single one for all."""
    key_length: int
    value_length: int
    state_numbers: int
    """Numbers that one sequence's state holds in a recurrent layer; 0 without such layers."""
    vocabulary: int


def read_header(path: Path) -> Header:
    """Reads the header of a GGUF file, or says why the file is none."""
    with opened(path) as file:
        found: dict[str, Value] = {}
        for key, value in pairs(file):
            found[key] = value
            if key == _VOCABULARY:
                break
        return _header(found)


def read_values(path: Path, keys: Collection[str]) -> dict[str, Value]:
    """The values of any keys, those behind the vocabulary included: takes half a second where it is large.

    Keys that the file lacks are left out. Raises `ModelError`.
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

    embedding, heads = number("embedding_length"), number("attention.head_count")
    head_length = embedding // heads if heads else 0
    vocabulary = values.get(_VOCABULARY, 0)
    return Header(
        architecture=architecture,
        name=str(values.get("general.name", "")),
        licence=str(values.get("general.license", "")),
        context_tokens=number("context_length"),
        layers=number("block_count"),
        embedding=embedding,
        heads=heads,
        kv_heads=tuple(numbers("attention.head_count_kv")) if number("attention.head_count_kv") else (heads,),
        key_length=number("attention.key_length") or head_length,
        value_length=number("attention.value_length") or head_length,
        state_numbers=_state_numbers(number, embedding),
        vocabulary=vocabulary if isinstance(vocabulary, int) else 0,
    )


def _state_numbers(number: Callable[[str], int], embedding: int) -> int:
    """As llama.cpp sizes them: of state-space layers, of RWKV's, and of short convolutions."""
    inner, size, kernel = (number(f"ssm.{key}") for key in ("inner_size", "state_size", "conv_kernel"))
    if inner:
        return max(kernel - 1, 0) * (inner + 2 * number("ssm.group_count") * size) + inner * size
    if number("wkv.head_size"):
        return embedding * (number("wkv.head_size") + 2)
    return embedding * max(number("shortconv.l_cache") - 1, 0)
