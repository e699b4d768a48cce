"""The slider over a recording's time."""

from __future__ import annotations

from typing import Final

from textual.content import Content
from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message
from textual.widget import Widget

from egcfg_tui.tui.player import Player
from egcfg_tui.tui.styles import MUTED, RULE
from egcfg_tui.tui.widgets.code_panel import CHANGED_MARK

LABEL_CELLS: Final = 8


class Timeline(Widget):
    """One row: playing or held, speed, the track, seconds and events. A click on the track goes there.

    A `◆` on the track marks a line that guidance changed.
    """

    DEFAULT_CSS = "Timeline { height: 1; }"

    class Sought(Message):
        """The user pointed at a moment, in seconds."""

        def __init__(self, at_s: float) -> None:
            super().__init__()
            self.at_s = at_s

    def __init__(self, player: Player, *, id: str) -> None:  # noqa: A002 - Textual's own name
        super().__init__(id=id)
        self._player = player

    def on_mouse_down(self, event: MouseDown) -> None:
        """Goes to the moment pointed at."""
        self.capture_mouse()
        self._seek(event)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Follows the pointer while its button is down."""
        if self.app.mouse_captured is self:
            self._seek(event)

    def on_mouse_up(self, _event: MouseUp) -> None:
        """Lets the pointer go."""
        self.release_mouse()

    def render(self) -> Content:
        """The row in the width there is."""
        player = self._player
        sign = "▶" if player.playing else "■" if player.ended else "‖"
        left = Content.styled(f"{f'{sign} ×{player.speed:g}':<{LABEL_CELLS}}", "bold $text-primary")
        return Content("").join([left, self._track(), Content.styled(self._figures(), MUTED)])

    def _figures(self) -> str:
        player, replay = self._player, self._player.replay
        seconds, events = f"{replay.duration_s:.1f}", str(replay.end)
        return (
            f"  {player.at_s:>{len(seconds)}.1f}/{seconds} s"
            f" · event {player.position:>{len(events)}}/{events}"
        )

    def _cells(self) -> int:
        """How long the track is."""
        return max(3, self.content_size.width - LABEL_CELLS - len(self._figures()))

    def _track(self) -> Content:
        player, replay, cells = self._player, self._player.replay, self._cells()
        done = self._cell(player.at_s, cells)
        changed = {self._cell(at_s, cells) for at_s in replay.changed_s}
        parts = []
        for cell in range(cells):
            if cell == done:
                parts.append(Content.styled("●", "bold $text-primary"))
            elif cell in changed:
                parts.append(Content.styled(CHANGED_MARK, "$text-accent"))
            else:
                parts.append(Content.styled("━", "$text-primary" if cell < done else RULE))
        return Content("").join(parts)

    def _cell(self, at_s: float, cells: int) -> int:
        duration_s = self._player.replay.duration_s
        return round(at_s / duration_s * (cells - 1)) if duration_s else 0

    def _seek(self, event: MouseDown | MouseMove) -> None:
        offset = event.get_content_offset_capture(self)
        share = (offset.x - LABEL_CELLS) / (self._cells() - 1)
        self.post_message(self.Sought(min(1.0, max(0.0, share)) * self._player.replay.duration_s))
