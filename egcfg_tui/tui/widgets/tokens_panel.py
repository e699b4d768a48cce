"""The tokens of a chosen line: how likely each branch found them, and where guidance changed the choice."""

from __future__ import annotations

from typing import Final

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from egcfg_tui.events import Author, TokenChoice
from egcfg_tui.terminal_text import visible
from egcfg_tui.tui.look import Shown
from egcfg_tui.tui.styles import MUTED
from egcfg_tui.tui.view import LineView
from egcfg_tui.tui.widgets.code_panel import CHANGED_MARK
from egcfg_tui.tui.widgets.lines import LinesPanel

TOKEN_CELLS: Final = 10
BARS: Final = "▁▂▃▄▅▆▇█"


class TokensPanel(LinesPanel):
    """One row per token: unconditional, conditional and guided probability."""

    def show(self, shown: Shown, hint: str) -> None:
        """Draws the tokens of the chosen line that is looked at, or of the last one."""
        self._redraw = lambda: self.show(shown, hint)
        line = shown.chosen
        name = f"line {line.row}" if line else ""
        title = ("Tokens", ", ".join(part for part in (shown.trial_name, name) if part))
        if line is None or not line.tokens:
            text = _absence(shown, line) or hint
            self.explain(text)
            self.set_title(*title)
            return
        self.set_lines(token_lines(line.tokens))
        gamma = "" if line.gamma is None or not _guided(line) else f"γ {line.gamma:g}"
        self.set_title(*title, gamma, _summary(line))


def token_lines(tokens: tuple[TokenChoice, ...]) -> list[Content]:
    """A heading and a row per token; below what guidance changed, the token it replaced."""
    heading = f" {'':<{TOKEN_CELLS}}{'alone':>6} {'signal':>6} {'guided':>6}"
    return [Content.styled(heading, MUTED), *(line for token in tokens for line in _rows(token))]


def _rows(token: TokenChoice) -> list[Content]:
    name = _shown(token.text)
    if cell_len(name) > TOKEN_CELLS:
        name = set_cell_size(name, TOKEN_CELLS - 1) + "…"
    changed = token.instead is not None
    row = Content("").join(
        [
            Content.styled(CHANGED_MARK, "$text-accent") if changed else Content(" "),
            Content.styled(
                set_cell_size(name, TOKEN_CELLS), "bold $text-accent" if changed else "$foreground"
            ),
            _probability(token.unconditional, "$text-primary"),
            Content(" "),
            _probability(token.conditional, "$text-primary"),
            Content(" "),
            _probability(token.guided, "$text-accent" if changed else "$text-success"),
            Content.styled(" ~" if token.verified else "", MUTED),
        ]
    )
    if token.instead is None:
        return [row]
    return [row, Content.styled(f"   instead of {_shown(token.instead)}", "$text-accent")]


def _probability(value: float | None, style: str) -> Content:
    """Six cells: a bar and two digits."""
    if value is None:
        return Content.styled("     –", MUTED)
    value = min(1.0, max(0.0, value))
    bar = BARS[min(len(BARS) - 1, int(value * len(BARS)))]
    number = "1.0" if value >= 0.995 else f"{value:.2f}"[1:]
    return Content("").join([Content("  "), Content.styled(bar, f"{style} 70%"), Content(number)])


def _shown(text: str) -> str:
    """The token with its spaces and line breaks made visible."""
    return visible(text.replace("\t", "→")).replace(" ", "·").replace("\n", "↵") or "␀"


def _absence(shown: Shown, line: LineView | None) -> str:
    """Why there are no tokens, where that has a reason."""
    if shown.trial is None:
        return ""
    if shown.trial.way.no_tokens:
        return shown.trial.way.no_tokens
    if line is None:
        return ""
    if line.author is not Author.MODEL:
        return "You wrote this line." if line.author is Author.USER else "You took this line of a candidate."
    return "A candidate was taken whole." if line.chosen else "Shown once the line is chosen."


def _guided(line: LineView) -> bool:
    return any(token.conditional is not None for token in line.tokens)


def _summary(line: LineView) -> Content | str:
    changed = sum(token.instead is not None for token in line.tokens)
    if changed:
        return Content.styled(f"{changed}{CHANGED_MARK}", "not bold $text-accent")
    return "" if _guided(line) else "not guided"
