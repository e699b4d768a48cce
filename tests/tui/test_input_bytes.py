"""Whatever bytes the terminal sends become text, however they are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver

from egcfg_tui.tui.input_bytes import TerminalDecoder, any_bytes

PIECES = st.one_of(
    st.text(max_size=5).map(str.encode),
    st.binary(max_size=5),
    st.binary(min_size=3, max_size=3).map(lambda data: b"\x1b[M" + data),
)
INPUTS = st.lists(PIECES, max_size=8).map(b"".join)


def decoded(data: bytes, *cuts: int) -> str:
    """The text of data that is read in pieces."""
    decoder = TerminalDecoder()
    places = [0, *sorted(cuts), len(data)]
    parts = [decoder.decode(data[a:b]) for a, b in pairwise(places)]
    return "".join(parts) + decoder.decode(b"", final=True)


@given(st.text())
def test_utf_8_is_what_it_was(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    assert decoded(data) == data.decode("utf-8", "replace") or "\x1b[M" in text


@given(INPUTS)
def test_what_is_decoded_is_understood_by_the_parser(data: bytes) -> None:
    list(XTermParser().feed(decoded(data)))


@given(st.lists(st.binary(max_size=6), max_size=6).map(b"".join), st.data())
def test_it_does_not_matter_how_bytes_are_cut(data: bytes, draw: st.DataObject) -> None:
    cuts = draw.draw(st.lists(st.integers(0, len(data)), max_size=4))
    assert decoded(data, *cuts) == decoded(data)


@given(st.lists(st.integers(32, 255), min_size=3, max_size=3).map(bytes), st.integers(3, 6))
def test_an_old_mouse_report_keeps_its_length_and_is_no_key(report: bytes, cut: int) -> None:
    text = decoded(b"\x1b[M" + report + b"a", cut)
    assert text == "\x1b[M" + report.decode("latin-1") + "a"
    keys = [event.key for event in XTermParser().feed(text) if hasattr(event, "key")]
    assert keys == ["a"]


@pytest.mark.parametrize(
    ("data", "text"), [(b"a\xe9b", "a\ufffdb"), (b"\xff\xfe", "\ufffd\ufffd"), (b"\xc3", "\ufffd")]
)
def test_other_bytes_are_marked(data: bytes, text: str) -> None:
    assert decoded(data) == text


def test_textual_asks_for_a_decoder_by_the_name_that_is_replaced() -> None:
    strict = linux_driver.getincrementaldecoder
    with any_bytes():
        assert linux_driver.getincrementaldecoder("utf-8") is TerminalDecoder
    assert linux_driver.getincrementaldecoder is strict
