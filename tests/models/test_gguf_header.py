"""Reading the header of GGUF files."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError
from egcfg_tui.models.gguf_header import read_header

WHOLE = gguf_bytes()


def written(folder: Path, data: bytes) -> Path:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return path


def test_the_facts_are_read(tmp_path: Path) -> None:
    header = read_header(written(tmp_path, WHOLE))
    assert (header.architecture, header.name, header.licence) == ("tiny", "Tiny Coder", "mit")
    assert (header.context_tokens, header.layers, header.vocabulary) == (512, 2, 3)
    # two layers, two heads of keys and values with 16 numbers each
    assert (header.cache_numbers, header.state_numbers) == (2 * 2 * (16 + 16), 0)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(end=st.integers(0, len(WHOLE) - 12))
def test_a_header_that_is_cut_anywhere_is_named_as_such(tmp_path: Path, end: int) -> None:
    # The file ends with the tokens themselves, which are not read.
    data = WHOLE[:end]
    if end >= WHOLE.index(b"tokenizer.ggml.tokens") + len("tokenizer.ggml.tokens") + 16:
        assert read_header(written(tmp_path, data)).vocabulary == 3
        return
    with pytest.raises(ModelError, match=r"model\.gguf: (not a GGUF file|the GGUF header is cut short)"):
        read_header(written(tmp_path, data))


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rest=st.binary(max_size=200))
def test_garbage_behind_the_magic_never_escapes_as_another_error(tmp_path: Path, rest: bytes) -> None:
    path = written(tmp_path, b"GGUF" + b"\x03\0\0\0" + bytes(8) + rest)
    with suppress(ModelError):
        read_header(path)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<!doctype html>", "not a GGUF file"),
        (b"version https://git-lfs", "Git LFS pointer"),
        (b"GGUF\x01\0\0\0", "version 1 is not supported"),
        (b"", "not a GGUF file"),
    ],
)
def test_other_files_are_told_apart(tmp_path: Path, data: bytes, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        read_header(written(tmp_path, data))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No such file"):
        read_header(tmp_path / "none.gguf")
