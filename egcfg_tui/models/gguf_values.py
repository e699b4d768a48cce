"""Reads GGUF files (versions 2 and 3, little endian) in the order of their parts.

The parts are a few numbers, keys with values, and descriptions of tensors.
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
"""Longer arrays (tokens, scores) are skipped; arrays with one number per layer are much shorter."""
_MOST_DIMENSIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Tensor:
    """One tensor: its offset in bytes from the first tensor, the count of its numbers, and their type."""

    offset: int
    numbers: int
    kind: int


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The open file, for the functions of this module.

    Raises `ModelError` when the file cannot be read, is no GGUF file of a known version, or has a damaged
    header.
    """
    try:
        with path.open("rb") as file:
            _check_beginning(file, path)
            yield file
    except (EOFError, struct.error, UnicodeDecodeError, OverflowError):
        raise ModelError(f"{path}: the GGUF header is cut short or damaged; fetch the file again") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}; check the path") from None


def pairs(file: BinaryIO, texts: Collection[str] = ()) -> Iterator[tuple[str, Value]]:
    """The keys with their values.

    An array of texts, or of more than 1024 numbers, is given as its length. `texts` names keys whose arrays
    of texts are given in full.
    """
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
    """The descriptions of the tensors. The file must have been read up to the last of `pairs`."""
    here = file.tell()
    file.seek(8)
    count = _number(file, "Q")
    file.seek(here)
    for _ in range(count):
        _string(file)
        dimensions = _number(file, "I")
        if dimensions > _MOST_DIMENSIONS:
            raise EOFError  # the header is damaged before this place
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
        raise EOFError  # there is no such type: the header is damaged before this place
    return _SCALARS[kind]


def _string(file: BinaryIO) -> str:
    return _exactly(file, _number(file, "Q")).decode("utf-8")


def _text(file: BinaryIO) -> str:
    """A token. Some tokens are parts of a character and so no valid UTF-8."""
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
