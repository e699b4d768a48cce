"""Bytes from the terminal as text, whatever they are: Textual takes only UTF-8.

Others come where a terminal reports the mouse in the old encoding (`ESC [ M` and three bytes from 32 on),
where text in another encoding is pasted, and from noise on a line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from textual.drivers import linux_driver

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer as Buffer

_REPORT: Final = re.compile(rb"\x1b\[M([\x20-\xff]{0,3})")
_REPORT_BYTES: Final = 3
_NAME: Final = "getincrementaldecoder"
"""What Textual's driver asks for a decoder, by its name in the driver's module."""


class TerminalDecoder(codecs.BufferedIncrementalDecoder):
    """UTF-8, with every byte of an old mouse report as one character, and U+FFFD for bytes that are no UTF-8.

    A report keeps its length, so that Textual knows it as one: its bytes would be keys otherwise, `q` among
    them.
    """

    def _buffer_decode(self, data: Buffer, errors: str, final: bool) -> tuple[str, int]:
        data, text, at = bytes(data), "", 0
        for report in _REPORT.finditer(data):
            text += codecs.utf_8_decode(data[at : report.start()], "replace", True)[0]
            if report.end() == len(data) and len(report[1]) < _REPORT_BYTES and not final:
                return text, report.start()
            text += report[0].decode("latin-1")
            at = report.end()
        rest, used = codecs.utf_8_decode(data[at:], "replace", final)
        return text + rest, at + used


@contextmanager
def any_bytes() -> Iterator[None]:
    """Makes Textual read the terminal by `TerminalDecoder` while an application runs."""
    strict = getattr(linux_driver, _NAME)
    setattr(linux_driver, _NAME, lambda _encoding: TerminalDecoder)
    try:
        yield
    finally:
        setattr(linux_driver, _NAME, strict)
