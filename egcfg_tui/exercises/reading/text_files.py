"""Reads a text file, or says exactly why it cannot be read."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import Final

from egcfg_tui.exercises.reading.places import Place

MAX_BYTES: Final = 512 * 1024 * 1024
"""The largest text that is read, so that a packed file cannot fill the memory."""

_GZIP: Final = b"\x1f\x8b"
_UTF8_BOM: Final = b"\xef\xbb\xbf"
_UTF16_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")


def read_text(path: Path) -> str:
    """The file's text with `\\n` line ends and without a byte order mark. Gzip is unpacked.

    Raises `ExerciseError` for a folder and for a file that is missing, empty, too large or not UTF-8.
    """
    return decode(_read_bytes(path), str(path))


def decode(raw: bytes, file: str) -> str:
    """The text of a file's bytes; errors name the byte and the line."""
    place = Place(file)
    if raw.startswith(_UTF16_BOMS):
        raise place.error("the text is UTF-16; save the file as UTF-8")
    offset = len(_UTF8_BOM) if raw.startswith(_UTF8_BOM) else 0
    try:
        text = raw[offset:].decode("utf-8")
    except UnicodeDecodeError as error:
        start = error.start + offset
        line = raw.count(b"\n", 0, start) + 1
        raise Place(file, line).error(
            f"byte {start} (0x{raw[start]:02x}) is not UTF-8; save the file as UTF-8"
        ) from None
    if not text.strip():
        raise place.error("the file is empty; write an exercise into it (see docs/exercises.md)")
    return unify_newlines(text)


def unify_newlines(text: str) -> str:
    """The text with `\\n` line ends only."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_bytes(path: Path) -> bytes:
    place = Place(str(path))
    try:
        if path.is_dir():
            raise place.error("this is a folder; name a file in it")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise place.error(f"{size} bytes are too many (at most {MAX_BYTES}); split the file")
        raw = path.read_bytes()
    except FileNotFoundError:
        raise place.error("there is no such file; check the path") from None
    except OSError as error:
        raise place.error(f"cannot be read: {error.strerror}; check its permissions") from None
    return _unpack(raw, place) if raw.startswith(_GZIP) else raw


def _unpack(raw: bytes, place: Place) -> bytes:
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(raw)) as packed:
            text = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise place.error(f"the gzip data are broken ({error}); fetch the file again") from None
    if len(text) > MAX_BYTES:
        raise place.error(f"more than {MAX_BYTES} bytes when unpacked; split the file")
    return text
