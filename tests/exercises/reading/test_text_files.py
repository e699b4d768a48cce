"""A text file is read, or the reason why not is named."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egcfg_tui.exercises.model import ExerciseError
from egcfg_tui.exercises.reading.text_files import decode, read_text

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip())


@given(TEXTS)
def test_utf8_is_read_back_with_unix_line_ends(text: str) -> None:
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), "f") == expected
    assert decode(b"\xef\xbb\xbf" + text.encode(), "f") == expected


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_with_the_file_named(raw: bytes) -> None:
    message = "some.toml"
    try:
        decode(raw, "some.toml")
    except ExerciseError as error:
        message = str(error)
    assert message.startswith("some.toml")


@given(TEXTS, TEXTS)
def test_a_wrong_byte_is_named_with_offset_and_line(before: str, after: str) -> None:
    head = ("x" + before).encode()
    with pytest.raises(ExerciseError) as caught:
        decode(head + b"\xff" + after.encode(), "latin.toml")
    line = head.count(b"\n") + 1
    assert str(caught.value).startswith(f"latin.toml, line {line}: byte {len(head)} (0xff) is not UTF-8")


def test_the_offset_counts_the_byte_order_mark() -> None:
    with pytest.raises(ExerciseError, match=r"byte 4 \(0xe9\)"):
        decode(b"\xef\xbb\xbfa\xe9", "f.toml")


def test_utf16_is_named() -> None:
    with pytest.raises(ExerciseError, match="UTF-16; save the file as UTF-8"):
        decode("title".encode("utf-16"), "f.toml")


@pytest.mark.parametrize("raw", [b"", b"  \r\n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_named(raw: bytes) -> None:
    with pytest.raises(ExerciseError, match=r"^f\.toml: the file is empty"):
        decode(raw, "f.toml")


def test_missing_file_and_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ExerciseError, match="there is no such file"):
        read_text(tmp_path / "none.toml")
    with pytest.raises(ExerciseError, match="this is a folder"):
        read_text(tmp_path)


def test_gzip_is_unpacked_and_broken_gzip_is_named(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl.gz"
    packed = gzip.compress(b"one\r\ntwo")
    file.write_bytes(packed)
    assert read_text(file) == "one\ntwo"
    file.write_bytes(packed[:-6])
    with pytest.raises(ExerciseError, match=r"rows\.jsonl\.gz: the gzip data are broken"):
        read_text(file)
    file.write_bytes(packed[:12] + b"\xff\xff\xff" + packed[15:])
    with pytest.raises(ExerciseError, match="the gzip data are broken"):
        read_text(file)


def test_a_packed_file_cannot_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("egcfg_tui.exercises.reading.text_files.MAX_BYTES", 100)
    file = tmp_path / "bomb.gz"
    file.write_bytes(gzip.compress(b"a" * 101))
    with pytest.raises(ExerciseError, match="more than 100 bytes when unpacked"):
        read_text(file)
    file.write_bytes(gzip.compress(b"a" * 100))
    assert len(read_text(file)) == 100
    plain = tmp_path / "long.toml"
    plain.write_bytes(b"a" * 101)
    with pytest.raises(ExerciseError, match=r"101 bytes are too many \(at most 100\)"):
        read_text(plain)
