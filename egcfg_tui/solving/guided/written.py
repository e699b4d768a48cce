"""Cuts the user's own code into lines, as the model would have written them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from egcfg_tui.engine.api import Engine
from egcfg_tui.solving.text.answer_span import line_is_complete


@dataclass(frozen=True, slots=True)
class WrittenLine:
    """One line of the user's code: its text and its tokens."""

    text: str
    tokens: tuple[int, ...]


def written_lines(engine: Engine, text: str) -> Iterator[WrittenLine]:
    """Cuts a text into lines where tokens end, as chosen lines are cut; the last line ends with a newline.

    A token may hold the end of a line together with the indent of the next line, so the text is tokenized as
    a whole.
    """
    whole = text if text.endswith("\n") else f"{text}\n"
    tokens: list[int] = []
    data = bytearray()
    for token in engine.tokenize(whole):
        tokens.append(token)
        data += engine.piece(token)
        line = data.decode("utf-8", "replace")
        if line_is_complete(line):
            yield WrittenLine(line, tuple(tokens))
            tokens, data = [], bytearray()
    if data.strip():
        yield WrittenLine(data.decode("utf-8", "replace"), tuple(tokens))
