"""A recorded run in the workbench's panels: played, stepped through, looked at like a live one."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from egcfg_tui.exercises.model import Exercise
from egcfg_tui.tui.commands import REPLAY_COMMANDS, Command
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.look import Look
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.player import Player
from egcfg_tui.tui.replay import Replay
from egcfg_tui.tui.screens.panels import REFRESHES_PER_S, WIDE_COLUMNS, PanelsScreen
from egcfg_tui.tui.view import SolveView
from egcfg_tui.tui.widgets.bars import Bar, status_parts, title_parts
from egcfg_tui.tui.widgets.timeline import Timeline


class ReplayScreen(PanelsScreen[Exercise | None]):
    """Shows where the player stands. Dismissed with the exercise, if it is to be solved for real.

    `clock` gives seconds from any origin; it plays from the start at once. `words` say what one
    sees; `{start}` and `{leave}` in them are the keys.
    """

    ALLOW_IN_MAXIMIZED_VIEW = f"#timeline, {PanelsScreen.ALLOW_IN_MAXIMIZED_VIEW}"
    OFFERED: ClassVar[tuple[Command, ...]] = REPLAY_COMMANDS
    BINDINGS: ClassVar[list[BindingType]] = [command.binding for command in OFFERED]

    def __init__(
        self,
        replay: Replay,
        keymap: Keymap,
        clock: Callable[[], float],
        *,
        speed: float = 1.0,
        words: str = "",
    ) -> None:
        super().__init__(keymap)
        self._words = words
        self.player = Player(replay, speed)
        self._clock = clock
        request = replay.recording.header.request
        self._options = SolveOptions(
            request.method, request.settings, request.budget_s, request.seed, request.grid
        )

    @property
    def view(self) -> SolveView:
        """The recorded solve where the player stands."""
        return self.player.view

    def below_panels(self) -> ComposeResult:
        """What one sees, the slider."""
        if self._words:
            words = self._words.format(start=self.key("start"), leave=self.key("leave"))
            yield Static(Content(words), id="words")
        yield Timeline(self.player, id="timeline")

    def on_mount(self) -> None:
        """Starts the clockwork."""
        self.set_interval(1 / REFRESHES_PER_S, self._tick)
        self.player.play_or_hold(self._clock())
        self.draw()

    def hold_at(self, at_s: float | None) -> None:
        """Stands still at a moment; None: at the end."""
        self.player.hold()
        self.player.seek(self.player.replay.duration_s if at_s is None else at_s)
        self.draw()

    def on_timeline_sought(self, message: Timeline.Sought) -> None:
        """Goes to the moment pointed at."""
        self.player.seek(message.at_s)
        self.draw()

    def action_start(self) -> None:
        """Solves the exercise for real."""
        self.dismiss(self.player.replay.recording.header.exercise)

    def action_pause(self) -> None:
        """Plays or holds."""
        self.player.play_or_hold(self._clock())
        self.draw()

    def action_event(self, steps: int) -> None:
        """Steps to the next change, or the one before."""
        self._go(self.player.replay.change(self.player.position, steps))

    def action_landmark(self, steps: int) -> None:
        """Steps to the next line or answer, or the one before."""
        self._go(self.player.replay.landmark(self.player.position, steps))

    def action_seek(self, share: int) -> None:
        """Goes to the start (0) or the end (1)."""
        self._go(share * self.player.replay.end)

    def action_speed(self, steps: int) -> None:
        """Plays faster or slower."""
        self.player.change_speed(steps)
        self.draw_bars()

    def action_leave(self) -> None:
        """Gives a panel's screen back to all; else leaves the replay."""
        if self.maximized is not None:
            self.minimize()
        else:
            self.dismiss(None)

    def notice_text(self) -> str:
        """What went wrong in the run, or that its recording breaks off."""
        if self.player.ended and self.view.phase.active:
            return "The recording ends before the solve does: it was killed, or goes on."
        return super().notice_text()

    def hint(self) -> str:
        """What to press when there is nothing to see yet."""
        if self.player.playing or self.view.phase.active:
            return "Waiting for the first line…"
        return f"Press {self.key('pause')} to play."

    def label_of(self, binding: Binding) -> str:
        """The word of a key in the footer: what it does now."""
        if binding.id == "pause":
            return "Hold" if self.player.playing else "Play"
        return "Solve" if binding.id == "start" else super().label_of(binding)

    def draw_bars(self) -> None:
        """What was solved with what, and how it went; where the player stands."""
        left, right = title_parts(self.view, self._options, self.view.engine.model or self.view.model)
        mark = Content.styled("replay of ", "bold $text-warning")
        self.query_one("#title", Bar).set_parts(mark + left, right)
        self.query_one("#status", Bar).set_parts(
            *status_parts(
                self.view,
                self._options,
                self.player.at_s,
                waiting=False,
                pending="",
                wide=self.size.width >= WIDE_COLUMNS,
            )
        )
        self.query_one(Timeline).refresh()

    def _tick(self) -> None:
        before = self.view
        if self.player.tick(self._clock()):
            if self.view is before and self.player.playing:
                self.draw_bars()
            else:
                self.draw()

    def _go(self, position: int) -> None:
        self.look = Look(self.look.trial)
        self.player.go(position)
        self.draw()
