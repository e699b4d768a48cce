"""The list of models, driven by keys over models of paper and scripted pulls."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from support import digits_run
from support.fake_session import Hold
from support.paper_models import Shop, row
from support.stage import Stage, wait_until
from support.tiny_gguf import write_tiny_gguf
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from egcfg_tui.models import State
from egcfg_tui.models.background_pull import PullEnded
from egcfg_tui.models.folders import models_folder
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.models import ModelsScreen
from egcfg_tui.tui.view import EngineState
from egcfg_tui.tui.widgets.bars import Bar


@pytest.fixture
def shop(stage: Stage) -> Shop:
    made = Shop()
    stage.models = made.services()
    return made


async def opened(pilot: Pilot[Any], app: WorkbenchApp, count: int = 6) -> ModelsScreen:
    engine = app.workbench.control
    await wait_until(pilot, lambda: engine.view.engine.state in (EngineState.READY, EngineState.ABSENT))
    await wait_until(pilot, lambda: not engine.view.engine.since_s or True)
    await pilot.press("M")
    await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen) and len(rows(app)) == count)
    assert isinstance(app.screen, ModelsScreen)
    return app.screen


def rows(app: WorkbenchApp) -> list[str]:
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


def problem(app: WorkbenchApp) -> str:
    widget = app.screen.query_one("#problem", Static)
    return str(widget.content) if widget.display else ""


def detail(app: WorkbenchApp) -> str:
    return str(app.screen.query_one("#model-detail", Static).content)


def pull_line(app: WorkbenchApp) -> str:
    bar = app.screen.query_one("#pull", Bar)
    return bar.render().plain if bar.display else ""


async def test_each_model_says_where_it_stands_and_the_one_in_use_is_highlighted(
    stage: Stage, shop: Shop
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert rows(app)[0].startswith("▸ tiny-coder")
        assert "in use" in rows(app)[0]
        assert "to fetch, default" in rows(app)[1]
        assert [row.split()[0] for row in rows(app)] == ["▸", "·", "◐", "!", "·", "✓"]
        assert "too large" in rows(app)[4]
        assert "on disk: /models/tiny.gguf" in detail(app)
        await pilot.press("down")
        assert "[/] list[int] ␛[2J 数字" in detail(app)
        assert "official file" in detail(app)
        assert "company networks" in detail(app)
        await pilot.press("down")
        assert "500.0 MB of 1,000.0 MB are here" in detail(app)
        await pilot.press("down", "enter")
        assert "pull" not in pull_line(app)


async def test_enter_changes_to_a_model_on_disk(stage: Stage, shop: Shop) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: app.screen is app.workbench and len(stage.sessions) == 2)
        assert stage.session.model.name == "ollama:other:latest"
        await wait_until(pilot, lambda: app.workbench.control.can_start)
        await opened(pilot, app)
        assert "in use" in rows(app)[5]


async def test_the_model_in_use_is_not_loaded_again(stage: Stage, shop: Shop) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        assert len(stage.sessions) == 1


async def test_while_a_solve_runs_no_model_is_changed(stage: Stage, shop: Shop) -> None:
    stage.solve = (*digits_run.BEGIN, Hold())
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.can_start)
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting)
        await opened(pilot, app)
        await pilot.press("end", "enter")
        assert "A solve is running" in problem(app)
        assert stage.session.alive


async def test_a_model_is_fetched_with_progress_and_then_used(stage: Stage, shop: Shop) -> None:
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: "33%" in pull_line(app))
        assert "fetching absent-1b" in pull_line(app)
        assert "333 MB of 1.0 GB · 20.0 MB/s · 33 s left" in pull_line(app)
        await pilot.press("down", "enter")
        assert "absent-1b is being fetched" in problem(app)
        shop.rows[1] = row("absent-1b", State.READY, path=Path("/models/a"))
        shop.pulls[0].end(PullEnded(path=Path("/models/a")))
        await wait_until(pilot, lambda: "in use" in rows(app)[1])
        assert stage.session.model.name == "absent-1b"
        assert pull_line(app) == ""


async def test_a_pull_goes_on_when_the_screen_is_left_and_is_cancelled_from_a_new_one(
    stage: Stage, shop: Shop
) -> None:
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "enter", "escape")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        await opened(pilot, app)
        await wait_until(pilot, lambda: "33%" in pull_line(app))
        await pilot.press("x")
        await wait_until(pilot, lambda: pull_line(app) == "")
        assert shop.pulls[0].cancelled
        assert any("parts that arrived are kept" in note.message for note in app._notifications)
        assert len(stage.sessions) == 1
        await pilot.press("x", "down", "down", "enter")
        await wait_until(pilot, lambda: "33%" in pull_line(app))
        assert [pull.name for pull in shop.pulls] == ["absent-1b", "half-2b"]
    assert shop.pulls[1].cancelled  # the workbench ended


async def test_a_model_that_arrives_during_a_solve_waits(stage: Stage, shop: Shop) -> None:
    stage.solve = (*digits_run.BEGIN, Hold())
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "enter", "escape")
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting)
        shop.pulls[0].end(PullEnded(path=Path("/models/a")))
        await wait_until(pilot, lambda: app._notifications)
        assert "M changes to it" in next(iter(app._notifications)).message
        assert len(stage.sessions) == 1


async def test_a_pull_that_failed_says_why(stage: Stage, shop: Shop) -> None:
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("down", "enter")
        shop.pulls[0].end(PullEnded(error="no source delivered model absent-1b: [/] offline"))
        await wait_until(pilot, lambda: app._notifications)
        assert "[/] offline" in next(iter(app._notifications)).message


async def test_without_a_model_the_first_screen_offers_to_fetch_one_and_shows_how_it_goes(
    stage: Stage, shop: Shop
) -> None:
    stage.model_error = "model absent-1b is not on this machine"
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.view.engine.state is EngineState.ABSENT)
        await wait_until(pilot, lambda: "M lists the models and fetches one" in app.workbench.notice_text())
        await opened(pilot, app)
        await pilot.press("home", "down", "enter", "escape")
        await wait_until(pilot, lambda: "Fetching absent-1b: 33%" in app.workbench.notice_text())
        stage.model_error = None
        shop.pulls[0].end(PullEnded(path=Path("/models/a")))
        await wait_until(pilot, lambda: app.workbench.view.engine.state is EngineState.READY)
        assert stage.session.model.name == "absent-1b"


async def test_words_narrow_the_list_and_names_are_used_or_fetched(
    stage: Stage, shop: Shop, tmp_path: Path
) -> None:
    mine = write_tiny_gguf(tmp_path / "mine.gguf")
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("slash", *"half")
        assert len(rows(app)) == 1
        await pilot.press("escape")
        assert len(rows(app)) == 6
        await named(pilot, "no/such.gguf")
        await wait_until(pilot, lambda: "there is no such file" in problem(app))
        await named(pilot, "hf:org/repo/x.gguf")
        await wait_until(pilot, lambda: shop.pulls)
        assert shop.pulls[0].name == "hf:org/repo/x.gguf"
        await named(pilot, str(mine))
        await wait_until(pilot, lambda: app.screen is app.workbench)
        await wait_until(pilot, lambda: stage.session.model.name == str(mine))


async def named(pilot: Pilot[Any], text: str) -> None:
    box = pilot.app.screen.query_one(Input)
    box.focus()
    box.value = text
    await pilot.press("enter")


async def test_a_part_and_a_pulled_model_are_removed_after_a_question_only(stage: Stage, shop: Shop) -> None:
    pulled = models_folder() / "old.gguf"
    pulled.parent.mkdir(parents=True)
    pulled.write_bytes(b"x")
    part = models_folder() / ".partial" / "half-2b" / "hub" / "download.gguf"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"y")
    shop.rows.append(row("old-1b", State.READY, path=pulled))
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app, count=7)
        await pilot.press("D")
        assert "in use" in problem(app)
        await pilot.press("end", "D", "n")
        assert pulled.exists()
        await pilot.press("D", "y")
        await wait_until(pilot, lambda: not pulled.exists())
        await pilot.press("home", "down", "D")
        assert "nothing of this model" in problem(app)
        await pilot.press("down", "D", "y")
        await wait_until(pilot, lambda: not part.exists())


async def test_a_broken_catalogue_is_told_and_the_rest_is_listed(stage: Stage, shop: Shop) -> None:
    shop.error = "models.toml, line 3, key `models[0].id`: [/] is missing"
    app = stage.app()
    async with app.run_test(size=(100, 24)) as pilot:
        await opened(pilot, app)
        await wait_until(pilot, lambda: "models.toml, line 3" in problem(app))


async def test_a_click_on_the_model_s_name_shows_the_models(stage: Stage, shop: Shop) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.click("#title", offset=(75, 0))
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen))
