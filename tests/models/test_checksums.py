"""Checksums and their cache."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from support.tiny_models import sha256

from egcfg_tui.models.checksums import sha256_of
from egcfg_tui.models.folders import checksum_file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"first")
    return path


def test_a_changed_file_is_read_again(file: Path) -> None:
    assert sha256_of(file) == sha256(b"first")
    file.write_bytes(b"second")
    assert sha256_of(file) == sha256(b"second")


def test_a_file_of_the_same_size_changed_later_is_read_again(file: Path) -> None:
    sha256_of(file)
    file.write_bytes(b"FIRST")
    os.utime(file, ns=(0, 0))
    assert sha256_of(file) == sha256(b"FIRST")


def test_an_unchanged_file_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = sha256_of(file)
    monkeypatch.setattr("hashlib.file_digest", None)
    assert sha256_of(file) == first


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"x": 3}', b"\xff"])
def test_a_damaged_cache_is_no_hindrance(file: Path, content: bytes) -> None:
    checksum_file().parent.mkdir(parents=True)
    checksum_file().write_bytes(content)
    assert sha256_of(file) == sha256(b"first")


def test_files_that_are_gone_are_forgotten(file: Path, tmp_path: Path) -> None:
    sha256_of(file)
    file.unlink()
    other = tmp_path / "other.gguf"
    other.write_bytes(b"other")
    sha256_of(other)
    assert list(json.loads(checksum_file().read_bytes())) == [str(other)]


def test_without_a_writable_cache_the_checksum_still_comes(file: Path, home: Path) -> None:
    (home / ".cache").write_text("a file where the folder should be")
    assert sha256_of(file) == sha256(b"first")
