"""Plays a replay: where it stands, and how fast it goes on."""

from __future__ import annotations

from typing import Final

from egcfg_tui.tui.replay import Replay
from egcfg_tui.tui.view import SolveView

SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)


class Player:
    """A position in a replay that time moves on while it plays.

    `at_s` is where the position stands on the recording's own clock; `now_s` is always the caller's clock.
    `speed` is one of `SPEEDS`.
    """

    def __init__(self, replay: Replay, speed: float = 1.0) -> None:
        self.replay = replay
        self.position = 0
        self.at_s = 0.0
        self.speed = speed
        self.view: SolveView = replay.view(0)
        self._since_s: float | None = None

    @property
    def playing(self) -> bool:
        """Whether time moves it."""
        return self._since_s is not None

    @property
    def ended(self) -> bool:
        """Whether every event is shown."""
        return self.position == self.replay.end

    def play_or_hold(self, now_s: float) -> None:
        """Plays on, from the start again where it had ended; or holds."""
        if self.playing:
            self.hold()
            return
        if self.ended:
            self.go(0)
        self._since_s = now_s

    def hold(self) -> None:
        """Stands still."""
        self._since_s = None

    def tick(self, now_s: float) -> bool:
        """Moves on by the time gone by; says whether anything changed."""
        if self._since_s is None:
            return False
        gone_s, self._since_s = (now_s - self._since_s) * self.speed, now_s
        self.at_s = min(self.at_s + gone_s, self.replay.duration_s)
        self._show(max(self.position, self.replay.position_at(self.at_s)))
        if self.ended:
            self.hold()
        return gone_s > 0 or self.ended

    def go(self, position: int) -> None:
        """Holds at a position."""
        self.hold()
        self.at_s = self.replay.at(position)
        self._show(position)

    def seek(self, at_s: float) -> None:
        """Goes to a moment, and plays on from there if it played."""
        self.at_s = min(max(0.0, at_s), self.replay.duration_s)
        self._show(self.replay.position_at(self.at_s))

    def change_speed(self, steps: int) -> None:
        """Plays faster or slower by whole steps of `SPEEDS`."""
        place = SPEEDS.index(self.speed) + steps
        self.speed = SPEEDS[min(max(0, place), len(SPEEDS) - 1)]

    def _show(self, position: int) -> None:
        if position != self.position:
            self.position = position
            self.view = self.replay.view(position)
