"""The list of kept runs, driven by keys."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import digits_run, recordings
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList

from egcfg_tui.runs import History
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.screens.runs import RunsScreen
from egcfg_tui.tui.view import Phase

HOSTILE = replace(digits_run.EXERCISE, id="odd", title="[/] list[int] \x1b[2J 数字")


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Three runs: the newest broke off, the oldest has a hostile title."""
    recordings.write(recording_of(exercise=HOSTILE), tmp_path / "20260101-000000-odd.jsonl")
    recordings.write(recording_of(), tmp_path / "20260102-000000-digit_sum.jsonl")
    recordings.write(recording_of(digits_run.BEGIN), tmp_path / "20260103-000000-digit_sum.jsonl")
    return History(tmp_path)


def rows(app: WorkbenchApp) -> list[str]:
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


async def opened(pilot: Pilot[Any], app: WorkbenchApp, count: int = 3) -> None:
    await pilot.press("h")
    await wait_until(pilot, lambda: isinstance(app.screen, RunsScreen) and len(rows(app)) == count)


async def message(pilot: Pilot[Any], app: WorkbenchApp, words: str) -> str:
    """The notification with these words, once it is there."""
    found: list[str] = []

    def look() -> bool:
        found[:] = [note.message for note in app._notifications if words in note.message]
        return bool(found)

    await wait_until(pilot, look)
    return found[0]


async def test_runs_are_listed_searched_and_replayed(stage: Stage, history: History) -> None:
    stage.history, stage.solve = history, digits_run.SOLVE
    app = stage.app()
    async with app.run_test() as pilot:
        await opened(pilot, app)
        unfinished, solved, hostile = rows(app)
        assert "unfinished" in unfinished
        assert "✓ solved" in solved
        assert "[/] list[int] " in hostile
        assert "\x1b" not in hostile
        await pilot.press("slash", *"solved", "space", *"digits")
        assert rows(app) == [solved]
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("escape")
        assert isinstance(app.screen, RunsScreen)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))
        await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.view.phase is Phase.SOLVED)
        assert app.screen is app.workbench


async def test_a_run_is_deleted_after_a_question_only(stage: Stage, history: History) -> None:
    stage.history = history
    app = stage.app()
    async with app.run_test() as pilot:
        await opened(pilot, app)
        await pilot.press("D", "n")
        assert len(history.runs()) == 3
        await pilot.press("down", "D", "y")
        await wait_until(pilot, lambda: len(rows(app)) == 2)
        assert [run.id for run in history.runs()] == ["20260103-000000-digit_sum", "20260101-000000-odd"]


async def test_a_run_is_written_out_and_the_folder_is_told(
    stage: Stage, history: History, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    stage.history = history
    app = stage.app()
    async with app.run_test() as pilot:
        await opened(pilot, app)
        await pilot.press("down", "e")
        told = await message(pilot, app, "are in /")
        folder = here / "egcfg-run-20260102-000000-digit_sum"
        (folder / "report.md").write_text("my notes")
        await pilot.press("e")
        assert f"{folder}-2" in await message(pilot, app, "digit_sum-2")
        assert (folder / "report.md").read_text() == "my notes"
    assert str(folder) in told
    assert (folder / "solution.py").read_text() == digits_run.SOLUTION
    assert "Sum of digits" in (here / f"{folder.name}-2" / "report.md").read_text()
    assert "replay" in (folder / "screen.svg").read_text()
    assert (folder / "recording.jsonl").read_bytes() == history.find("20260102").path.read_bytes()


async def test_a_current_folder_that_is_gone_is_told(
    stage: Stage, history: History, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path_factory.mktemp("here")
    monkeypatch.chdir(here)
    here.rmdir()
    stage.history = history
    app = stage.app()
    async with app.run_test() as pilot:
        await opened(pilot, app)
        await pilot.press("e")
        await message(pilot, app, "the current folder is gone")


async def test_no_run_is_no_trouble(stage: Stage, tmp_path: Path) -> None:
    stage.history = History(tmp_path / "none")
    app = stage.app()
    async with app.run_test() as pilot:
        await opened(pilot, app, count=0)
        await pilot.press("enter", "e", "D", "slash", "x", "escape")
        assert app.screen.query_one(Input).value == ""
        await pilot.press("escape")
        assert app.screen is app.workbench
