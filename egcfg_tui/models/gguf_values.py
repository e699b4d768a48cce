"""Reading GGUF files as they are laid out: a few numbers, keys with values, descriptions of tensors.

Covered: format versions 2 and 3, little endian.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from egcfg_tui.models.errors import ModelError

Value = int | float | bool | str | list[int] | list[str]

_SCALARS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING: Final = 8
_ARRAY: Final = 9
_LONGEST_LIST: Final = 1024
"""Longer arrays (tokens, scores) are passed over; per-layer numbers are well below."""
_MOST_DIMENSIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Tensor:
    """Where a tensor lies, from the first one's beginning, and how many numbers of which type it holds."""

    offset: int
    numbers: int
    kind: int


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, to be read by the functions of this module. Raises `ModelError` without a whole header."""
    try:
        with path.open("rb") as file:
            _check_beginning(file, path)
            yield file
    except (EOFError, struct.error, UnicodeDecodeError, OverflowError):
        raise ModelError(f"{path}: the GGUF header is cut short or damaged; fetch the file again") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; check the path") from None


def pairs(file: BinaryIO, texts: Collection[str] = ()) -> Iterator[tuple[str, Value]]:
    """Keys with their values. A long array, or one of texts, is given as its length, but those named."""
    file.seek(16)
    for _ in range(_number(file, "Q")):
        key, kind = _string(file), _number(file, "I")
        if kind == _STRING:
            yield key, _string(file)
        elif kind != _ARRAY:
            yield key, _scalar(file, kind)
        else:
            inner, length = _number(file, "I"), _number(file, "Q")
            if inner == _STRING and key in texts:
                yield key, [_text(file) for _ in range(length)]
            elif inner == _STRING:
                yield key, length
                for _ in range(length):
                    _skip(file, _number(file, "Q"))
            elif length > _LONGEST_LIST:
                yield key, length
                _skip(file, length * struct.calcsize(_code(inner)))
            else:
                yield key, [int(_scalar(file, inner)) for _ in range(length)]


def tensors(file: BinaryIO) -> Iterator[Tensor]:
    """The tensors, as described behind the last of `pairs`, where the file has to stand."""
    here = file.tell()
    file.seek(8)
    count = _number(file, "Q")
    file.seek(here)
    for _ in range(count):
        _string(file)
        dimensions = _number(file, "I")
        if dimensions > _MOST_DIMENSIONS:
            raise EOFError  # the bytes before were not what they seemed
        numbers = 1
        for _ in range(dimensions):
            numbers *= _number(file, "Q")
        kind = _number(file, "I")
        yield Tensor(_number(file, "Q"), numbers, kind)


def _check_beginning(file: BinaryIO, path: Path) -> None:
    magic = file.read(4)
    if magic != b"GGUF":
        lfs = " (a Git LFS pointer: fetch the real file)" if magic == b"vers" else ""
        raise ModelError(f"{path}: not a GGUF file, it begins with {magic!r}{lfs}; name a .gguf model")
    version = _number(file, "I")
    if version not in (2, 3):
        raise ModelError(f"{path}: GGUF version {version} is not supported; use a file of version 2 or 3")


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


def _text(file: BinaryIO) -> str:
    """A token: those that are parts of characters need not be UTF-8."""
    return _exactly(file, _number(file, "Q")).decode("utf-8", "replace")


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
