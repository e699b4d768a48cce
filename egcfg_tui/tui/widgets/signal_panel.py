"""The signal: the text of the traces that stands in the conditional prompt."""

from __future__ import annotations

from textual.content import Content

from egcfg_tui.tui import code
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.text import one_line
from egcfg_tui.tui.widgets.lines import LinesPanel


class SignalPanel(LinesPanel):
    """The signal that steered the line looked at, as the model read it."""

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the signal of the line looked at."""
        signal = shown.signal
        if signal is None:
            text = hint if shown.trial is None else shown.trial.way.no_signal
            self.set_lines([Content.styled(f" {row}", MUTED) for row in text.split("\n")])
            self.set_title("Signal", shown.line_name)
            return
        self.set_lines([Content(" ") + row for row in code.lines(signal.text.strip("\n"))])
        dropped = f"left out: {one_line(signal.dropped)}" if signal.dropped else ""
        earlier = shown.line is not None and signal.row != shown.line.row
        since = f"of line {signal.row}" if earlier else ""
        self.set_title("Signal", shown.line_name, since, f"{signal.tokens} tokens", dropped)
