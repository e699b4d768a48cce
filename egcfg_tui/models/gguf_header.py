"""The few facts of a GGUF file that are needed before a native library loads it.

Covered: format versions 2 and 3, little endian. Reading stops at the vocabulary, whose size is the last
fact needed, so a header takes about a millisecond.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from egcfg_tui.models.errors import ModelError
from egcfg_tui.models.layers import kept

Value = int | float | bool | str | list[int]

_SCALARS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING: Final = 8
_ARRAY: Final = 9
_VOCABULARY: Final = "tokenizer.ggml.tokens"
_LONGEST_LIST: Final = 1024
"""Longer arrays (tokens, scores) are passed over; per-layer numbers are well below."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a GGUF file says of its model. Numbers are 0 where the file does not say."""

    architecture: str
    name: str
    licence: str
    context_tokens: int
    layers: int
    cache_numbers: int
    """Numbers that the keys and values of one token are, in all layers together."""
    state_numbers: int
    """Numbers that the states of one sequence are, in all recurrent layers together; 0 without any."""
    vocabulary: int


def read_header(path: Path) -> Header:
    """Reads the header of a GGUF file, or says why the file is none."""
    try:
        with path.open("rb") as file:
            return _header(_metadata(file, path))
    except (EOFError, struct.error, UnicodeDecodeError, OverflowError):
        raise ModelError(f"{path}: the GGUF header is cut short or damaged; fetch the file again") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; check the path") from None


def _metadata(file: BinaryIO, path: Path) -> dict[str, Value]:
    magic = file.read(4)
    if magic != b"GGUF":
        lfs = " (a Git LFS pointer: fetch the real file)" if magic == b"vers" else ""
        raise ModelError(f"{path}: not a GGUF file, it begins with {magic!r}{lfs}; name a .gguf model")
    version = _number(file, "I")
    if version not in (2, 3):
        raise ModelError(f"{path}: GGUF version {version} is not supported; use a file of version 2 or 3")
    file.seek(8, 1)  # number of tensors
    found: dict[str, Value] = {}
    for key, value in _pairs(file, _number(file, "Q")):
        found[key] = value
        if key == _VOCABULARY:
            break
    return found


def _pairs(file: BinaryIO, count: int) -> Iterator[tuple[str, Value]]:
    """Keys with their values; a long array, or one of texts, is given as its length."""
    for _ in range(count):
        key, kind = _string(file), _number(file, "I")
        if kind == _STRING:
            yield key, _string(file)
        elif kind != _ARRAY:
            yield key, _scalar(file, kind)
        else:
            inner, length = _number(file, "I"), _number(file, "Q")
            if inner == _STRING:
                yield key, length
                for _ in range(length):
                    _skip(file, _number(file, "Q"))
            elif length > _LONGEST_LIST:
                yield key, length
                _skip(file, length * struct.calcsize(_code(inner)))
            else:
                yield key, [int(_scalar(file, inner)) for _ in range(length)]


def _header(values: dict[str, Value]) -> Header:
    architecture = str(values.get("general.architecture", ""))

    def numbers(key: str) -> list[int]:
        value = values.get(f"{architecture}.{key}", 0)
        if isinstance(value, list):
            return value
        return [int(value)] if not isinstance(value, str) else [0]

    def number(key: str) -> int:
        return max(numbers(key), default=0)

    layers = number("block_count")
    memory = kept(architecture, numbers, number("embedding_length"), layers)
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


def _number(file: BinaryIO, code: str) -> int:
    return int(struct.unpack(f"<{code}", _exactly(file, struct.calcsize(code)))[0])


def _scalar(file: BinaryIO, kind: int) -> int | float | bool:
    code = _code(kind)
    value: int | float | bool = struct.unpack(f"<{code}", _exactly(file, struct.calcsize(code)))[0]
    return value


def _code(kind: int) -> str:
    if kind not in _SCALARS:
        raise EOFError  # no such type: the bytes before were not what they seemed
    return _SCALARS[kind]


def _string(file: BinaryIO) -> str:
    return _exactly(file, _number(file, "Q")).decode("utf-8")


def _exactly(file: BinaryIO, count: int) -> bytes:
    """`count` bytes. The limit keeps a damaged length from asking for all memory."""
    if count > 1 << 28:
        raise EOFError
    data = file.read(count)
    if len(data) < count:
        raise EOFError
    return data


def _skip(file: BinaryIO, count: int) -> None:
    if count > 1 << 40:
        raise EOFError
    file.seek(count, 1)
