"""Files that are shorter than their tensors."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import gguf
import numpy as np
import pytest
from gguf.constants import GGML_QUANT_SIZES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tiny_gguf import write_tiny_gguf
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError, add, resolve
from egcfg_tui.models.gguf_extent import BLOCKS, check_extent


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf").read_bytes()


def cut(folder: Path, data: bytes, length: int) -> Path:
    path = folder / "cut.gguf"
    path.write_bytes(data[:length])
    return path


def test_a_whole_file_is_taken(whole: bytes, tmp_path: Path) -> None:
    check_extent(cut(tmp_path, whole, len(whole)))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_file_that_is_cut_anywhere_is_refused(whole: bytes, tmp_path: Path, data: st.DataObject) -> None:
    # The writer pads the last tensor; the padding is not missed.
    path = cut(tmp_path, whole, data.draw(st.integers(0, len(whole) - 33)))
    with pytest.raises(ModelError, match=r"cut\.gguf: .*; (fetch it again|fetch the file again|name a)"):
        check_extent(path)


def test_what_is_missing_is_told_and_nothing_is_added(whole: bytes, tmp_path: Path, home: Path) -> None:
    path = cut(tmp_path, whole, len(whole) // 2)
    told = rf"shorter than its tensors: {len(whole) // 2:,} of 1\d\d,\d\d\d bytes"
    for take in (add, lambda path: resolve(str(path))):
        with pytest.raises(ModelError, match=told):
            take(path)
    assert not list(home.rglob("*.toml"))


def test_the_alignment_of_the_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "cut.gguf"
    writer = gguf.GGUFWriter(path, "tiny")
    writer.add_custom_alignment(4096)
    writer.add_tensor("a", np.zeros(8, dtype=np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    data = path.read_bytes()
    check_extent(cut(tmp_path, data, 4096 + 32))
    with pytest.raises(ModelError, match="4,127 of 4,128 bytes"):
        check_extent(cut(tmp_path, data, 4096 + 31))


def test_a_header_without_tensors_is_whole(tmp_path: Path) -> None:
    check_extent(cut(tmp_path, gguf_bytes(), 10**6))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(8, 2000), byte=st.integers(0, 255))
def test_a_damaged_file_raises_nothing_else(whole: bytes, tmp_path: Path, place: int, byte: int) -> None:
    with suppress(ModelError):
        check_extent(cut(tmp_path, whole[:place] + bytes([byte]) + whole[place + 1 :], len(whole)))


def test_the_blocks_are_those_of_gguf() -> None:
    theirs = {int(kind): sizes for kind, sizes in GGML_QUANT_SIZES.items()}
    assert {kind: theirs[kind] for kind in BLOCKS} == BLOCKS
