"""Every key of the workbench and of the replay does something that can be seen, or says why it does not."""

from __future__ import annotations

import pytest
from support import digits_run
from support.fake_session import Hold, Script
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.screen import Screen

from egcfg_tui.events import SolvePaused
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.commands import REPLAY_COMMANDS, WORKBENCH_COMMANDS, Command
from egcfg_tui.tui.screens.panels import PanelsScreen
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.view import Phase
from egcfg_tui.tui.widgets.lines import LinesPanel

RUNNING = (
    *digits_run.BEGIN,
    *digits_run.LINE_2_SAMPLED,
    *digits_run.LINE_2_EXECUTED,
    *digits_run.LINE_2_CHOSEN,
    *digits_run.LINE_3_SAMPLED,
    *digits_run.LINE_3_EXECUTED,
)
SCRIPTS: dict[Phase, Script] = {
    Phase.IDLE: (),
    Phase.PAUSED: (*RUNNING, SolvePaused(), Hold()),
}
AS_IT_WAS = {"live", "first_line", "quit", "next_line"}
"""What may leave all as it is: the look can be there already; and the end is tested elsewhere."""


def seen(app: WorkbenchApp, screen: PanelsScreen[object], calls: list[object]) -> tuple[object, ...]:
    """All that a key can change."""
    panels = tuple((panel.id, panel.plain, panel.display, panel.size) for panel in screen.query(LinesPanel))
    driver = app.workbench.control
    notes = tuple(note.message for note in app._notifications)
    open_screen: Screen[object] = app.screen
    return (
        *(panels, driver.options, driver.view, driver.waiting, driver.stopping, tuple(calls), app.clipboard),
        *(notes, open_screen, screen.focused, screen.look, screen.maximized),
    )


@pytest.mark.parametrize("phase", SCRIPTS)
@pytest.mark.parametrize("command", WORKBENCH_COMMANDS, ids=lambda command: command.id)
async def test_a_key_of_the_workbench_does_something_or_says_why(
    stage: Stage, phase: Phase, command: Command
) -> None:
    if command.id in AS_IT_WAS:
        pytest.skip("tested elsewhere")
    stage.solve = SCRIPTS[phase]
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        if stage.solve:
            await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.control.view.phase is phase)
        if stage.solve:
            await wait_until(pilot, lambda: stage.session.waiting)
        await pilot.pause(0.1)
        if command.id == "candidates":
            await pilot.press("2")
        await _changes(pilot, app, app.workbench, command.keys[0], stage.session.calls)


@pytest.mark.parametrize("command", REPLAY_COMMANDS, ids=lambda command: command.id)
async def test_a_key_of_the_replay_does_something_or_says_why(stage: Stage, command: Command) -> None:
    if command.id in AS_IT_WAS:
        pytest.skip("tested elsewhere")
    app = stage.app(recording=recording_of())
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        screen = app.screen
        assert isinstance(screen, ReplayScreen)
        screen.hold_at(6.0)
        if command.id == "candidates":
            await pilot.press("2")
        player = screen.player
        before = player.position, player.playing, player.speed
        if command.id in ("slower", "faster", "pause", "replay_end", "replay_start"):
            await pilot.press(command.keys[0])
            assert (player.position, player.playing, player.speed) != before
        else:
            await _changes(pilot, app, screen, command.keys[0], [])


async def _changes(
    pilot: Pilot[None], app: WorkbenchApp, screen: PanelsScreen[object], key: str, calls: list[object]
) -> None:
    before = seen(app, screen, calls)
    await pilot.press(key)
    await wait_until(pilot, lambda: seen(app, screen, calls) != before, timeout_s=10)
