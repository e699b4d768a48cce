"""A recording in the workbench, driven by keys and mouse."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support import digits_run, recordings
from support.recordings import recording_of
from support.stage import Stage, wait_until

from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.replay import Replay
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.view import EngineState, Phase
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.timeline import Timeline


def on(app: WorkbenchApp) -> ReplayScreen:
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


def timeline(app: WorkbenchApp) -> str:
    return app.screen.query_one(Timeline).render().plain


async def test_a_recording_is_stepped_through_without_a_model(stage: Stage) -> None:
    app = stage.app(recording=recording_of())
    async with app.run_test(size=(120, 36)) as pilot:
        screen, player = on(app), on(app).player
        assert "replay of Sum of digits" in screen.query_one("#title", Bar).render().plain
        assert player.playing
        await pilot.press("space")
        assert not player.playing
        await pilot.press(*4 * ["shift+right"])
        assert "total = 0" in screen.query_one("#code", LinesPanel).plain
        there = player.position
        await pilot.press("right", "left")
        assert player.position == there
        await pilot.press("up")
        assert screen.look.line == 1
        await pilot.press("ctrl+end")
        assert screen.view.phase is Phase.SOLVED
        assert "■" in timeline(app)
        await pilot.press("ctrl+home")
        assert (player.position, screen.view.trials) == (0, ())
        await pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        assert "×2" in timeline(app)
    assert stage.sessions == []


async def test_a_click_on_the_slider_goes_to_that_moment(stage: Stage) -> None:
    app = stage.app(recording=recording_of())
    async with app.run_test(size=(120, 36)) as pilot:
        player = on(app).player
        track = timeline(app)
        await pilot.click(Timeline, offset=(1 + max(track.rindex("━"), track.rindex("◆")), 0))
        assert player.ended
        await pilot.click(Timeline, offset=(1 + track.index("●"), 0))
        assert player.at_s == 0.0


async def test_leaving_loads_the_model_and_starting_solves_the_recorded_exercise(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app(exercise=digits_run.OTHER, recording=recording_of())
    async with app.run_test() as pilot:
        await pilot.press("z", "escape")
        assert isinstance(app.screen, ReplayScreen)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.workbench.view.engine.state is EngineState.READY)
        app.show_replay(again := Replay(recording_of()))
        await pilot.pause()
        assert on(app).player.replay is again
        await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.view.phase is Phase.SOLVED)
        assert app.screen is app.workbench
        assert app.workbench.control.exercise == digits_run.EXERCISE
    assert len(stage.sessions) == 1


async def test_a_recording_that_breaks_off_says_so(stage: Stage) -> None:
    app = stage.app(recording=recording_of((*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED)))
    async with app.run_test() as pilot:
        await pilot.press("ctrl+end")
        assert "ends before the solve does" in on(app).notice_text()


async def test_a_file_is_replayed_and_what_is_no_recording_is_told(stage: Stage, tmp_path: Path) -> None:
    good = recordings.write(recording_of(), tmp_path / "good.jsonl")
    app = stage.app()
    async with app.run_test() as pilot:
        app.replay(tmp_path / "[/] none.jsonl")
        await wait_until(pilot, lambda: app._notifications)
        assert "[/] none.jsonl" in next(iter(app._notifications)).message
        app.replay(good)
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))


async def test_hostile_titles_are_shown_as_they_are(stage: Stage) -> None:
    exercise = replace(digits_run.EXERCISE, title="[/] list[int] \x1b[31m", statement="[b]")
    app = stage.app(recording=recording_of((), exercise=exercise))
    async with app.run_test():
        title = app.screen.query_one("#title", Bar).render().plain
    assert "replay of [/] list[int]" in title
    assert "\x1b" not in title
