"""The first start plays a bundled recording; later ones open the workbench."""

from __future__ import annotations

from pathlib import Path

from support import digits_run, recordings
from support.recordings import recording_of
from support.stage import Stage, wait_until

from egcfg_tui.exercises import bundled
from egcfg_tui.runs import History
from egcfg_tui.tui import first_start
from egcfg_tui.tui.player import SPEEDS
from egcfg_tui.tui.replay import Replay
from egcfg_tui.tui.screens.replay import ReplayScreen


def test_only_the_first_start_is_one(tmp_path: Path) -> None:
    history = History(tmp_path / "runs")
    assert first_start.is_first_start(history, tmp_path / "state")
    assert not first_start.is_first_start(history, tmp_path / "state")


def test_who_has_solved_before_needs_no_welcome(tmp_path: Path) -> None:
    recordings.write(recording_of(), tmp_path / "20260101-000000-x.jsonl")
    assert not first_start.is_first_start(History(tmp_path), tmp_path / "state")


def test_a_state_folder_that_takes_nothing_means_no_welcome(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert not first_start.is_first_start(History(tmp_path / "runs"), tmp_path / "file" / "state")


def test_the_bundled_recording_shows_guidance_and_a_solution() -> None:
    replay = Replay(first_start.bundled_recording())
    end = replay.view(replay.end)
    assert len(replay.changed_s) >= 2
    assert end.result is not None
    assert end.result.solved
    assert replay.recording.header.exercise.id in {exercise.id for exercise in bundled()}
    assert first_start.SPEED in SPEEDS


async def test_it_plays_at_once_without_a_model_and_says_what_one_sees(stage: Stage) -> None:
    app = stage.app(welcome=True)
    async with app.run_test():
        assert isinstance(app.screen, ReplayScreen)
        assert app.screen.player.playing
        words = app.screen.query_one("#words").render()
        assert "s solves an easier one for real" in str(words)
    assert stage.sessions == []


async def test_solving_for_real_begins_with_the_demo(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app(welcome=True)
    async with app.run_test() as pilot:
        await pilot.press("s")
        await wait_until(pilot, lambda: app.screen is app.workbench and app.workbench.view.result)
        assert app.workbench.control.exercise is digits_run.EXERCISE
