"""The signal: the text of the traces that stands in the conditional prompt, and where its words came from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from textual.content import Content
from textual.events import Click
from textual.message import Message

from egcfg_tui.prompting.signal_parts import PartKind
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui import code
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.signal_origins import group_told, is_told_by, told_origin
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.view import Signal
from egcfg_tui.tui.widgets.lines import wrapped
from egcfg_tui.tui.widgets.list_panel import ListPanel

STYLES: Final = {
    PartKind.CODE: "$foreground",
    PartKind.TEST: "$text-secondary",
    PartKind.OUTCOME: "$text-warning",
    PartKind.VALUES: "$text-success",
    PartKind.STEP: "$text-success",
}
MARGIN: Final = 3
CONTINUED: Final = 4
"""How far the rest of a long row is indented."""


class SignalPanel(ListPanel):
    """The signal that steered the line looked at, as the model read it; each row with whose run it tells.

    A click on words asks where they came from.
    """

    class PartClicked(Message):
        """The user pointed at a part of the signal, by its place among the parts."""

        def __init__(self, part: int) -> None:
            super().__init__()
            self.part = part

    _rows: tuple[_Row, ...] = ()

    def on_click(self, event: Click) -> None:
        """Tells which part was meant: the one pointed at, else the first of the row."""
        offset = event.get_content_offset(self)
        at = -1 if offset is None else offset.y + self.scroll_offset.y
        if offset is None or not 0 <= at < len(self._rows):
            return
        cell = offset.x + self.scroll_offset.x - MARGIN
        parts = [piece for piece in self._rows[at].pieces if piece.part is not None]
        under = [piece.part for piece in parts if piece.cell <= cell < piece.cell + piece.content.cell_length]
        for part in [*under, *(piece.part for piece in parts)][:1]:
            if part is not None:
                self.post_message(self.PartClicked(part))

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the signal of the line looked at."""
        self._redraw = lambda: self.show(shown, hint)
        signal = shown.signal
        if signal is None:
            self._rows = ()
            text = hint if shown.trial is None else shown.trial.way.no_signal
            self.explain(text)
            self.set_title("Signal", shown.line_name)
            return
        room = self.line_width - MARGIN
        rows = tuple(_rows(signal, shown, room)) if signal.parts else ()
        self._rows = rows
        lines = [_line(row, shown) for row in rows]
        if not signal.parts:
            lines = [Content(" ") + row for row in code.lines(signal.text.strip("\n"))]
        part = shown.look.part if shown.look.part in range(len(signal.parts)) else None
        if part is not None:
            origin = Content.styled(f"← {told_origin(signal.parts[part], shown)}", "$text-accent")
            lines += [Content(""), *wrapped(origin, self.line_width, 1)]
        self.set_lines(lines)
        dropped = f"left out: {one_line(signal.dropped)}" if signal.dropped else ""
        earlier = shown.line is not None and signal.row != shown.line.row
        since = f"of line {signal.row}" if earlier else ""
        self.set_title("Signal", shown.line_name, since, f"{signal.tokens} tokens", dropped)
        if part is not None:
            marked = [at for at, row in enumerate(rows) if any(piece.part == part for piece in row.pieces)]
            self.show_line(len(lines) - 1)
            self.show_line(marked[0] if marked else 0)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Words of one row: where they begin in it, and the part that they are of."""

    content: Content
    cell: int
    part: int | None


@dataclass(frozen=True, slots=True)
class _Row:
    pieces: tuple[_Piece, ...]
    letter: str


def _rows(signal: Signal, shown: Shown, room: int) -> Iterator[_Row]:
    """The rows of the text, cut where parts begin and end; a row with no room for all goes on in the next."""
    text = signal.text
    start = len(text) - len(text.lstrip("\n"))
    cuts = sorted({start, len(text), *(at for part in signal.parts for at in (part.start, part.end))})
    owner = {part.start: at for at, part in enumerate(signal.parts)}
    pieces: list[_Piece] = []
    for begin, end in pairwise(cuts):
        if begin < start:
            continue
        part = owner.get(begin)
        for number, words in enumerate(text[begin:end].split("\n")):
            if number:
                yield _Row(tuple(pieces), _letter(pieces, signal, shown))
                pieces = []
            if words:
                shown_words = Content(visible(words))
                cell = sum(piece.content.cell_length for piece in pieces)
                if pieces and part is not None and cell + shown_words.cell_length > room:
                    yield _Row(tuple(pieces), _letter(pieces, signal, shown))
                    pieces = [_Piece(Content(" " * CONTINUED), 0, None)]
                    cell = CONTINUED
                pieces.append(_Piece(shown_words, cell, part))
    if pieces:
        yield _Row(tuple(pieces), _letter(pieces, signal, shown))


def _line(row: _Row, shown: Shown) -> Content:
    signal = shown.signal
    parts = [Content.styled(f"{row.letter:<{MARGIN - 1}} ", "bold $text-primary")]
    for piece in row.pieces:
        style = MUTED
        if piece.part is not None and signal is not None:
            style = STYLES[signal.parts[piece.part].kind]
            if piece.part == shown.look.part:
                style = f"bold {style} on $primary 40%"
            elif is_told_by(signal.parts[piece.part], shown):
                style = f"bold underline {style}"
        parts.append(piece.content.stylize(style))
    return Content("").join(parts)


def _letter(pieces: list[_Piece], signal: Signal, shown: Shown) -> str:
    for piece in pieces:
        if piece.part is not None and signal.parts[piece.part].attempt is not None:
            group = group_told(shown, signal.parts[piece.part])
            return group.letter if group else ""
    return ""
