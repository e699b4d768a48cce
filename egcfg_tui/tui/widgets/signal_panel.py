"""The signal: the text of the traces that stands in the conditional prompt."""

from __future__ import annotations

from textual.content import Content

from egcfg_tui.tui import code
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.view import LineView, SolveView
from egcfg_tui.tui.widgets.lines import LinesPanel


class SignalPanel(LinesPanel):
    """The signal that steered the line looked at, as the model read it."""

    def show(self, view: SolveView, line: LineView | None, hint: str) -> None:
        """Draws the signal of `line`."""
        signal = view.signal_of(line) if line else None
        if signal is None:
            text = hint if line is None else view.way.no_signal
            self.set_lines([Content.styled(f" {row}", MUTED) for row in text.split("\n")])
            self.set_title("Signal")
            return
        self.set_lines([Content(" ") + row for row in code.lines(signal.text.strip("\n"))])
        dropped = f"left out: {one_line(signal.dropped)}" if signal.dropped else ""
        self.set_title("Signal", f"line {signal.row}", f"{signal.tokens} tokens", dropped)
