"""The help: about what is in focus first, and never without the words, the signs and the own keys."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from support import digits_run
from support.stage import Stage, wait_until
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from egcfg_tui.tui import screens
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.commands import WORKBENCH_COMMANDS
from egcfg_tui.tui.help.glossary import GLOSSARY
from egcfg_tui.tui.help.topics import TOPICS
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.screens.choice import ChoiceScreen
from egcfg_tui.tui.screens.help import HelpScreen
from egcfg_tui.tui.screens.panels import PanelsScreen
from egcfg_tui.tui.widgets.lines import LinesPanel


def shown(app: WorkbenchApp) -> str:
    text = app.screen.query_one("#help-text", Static).content
    assert isinstance(text, Content)
    return text.plain


async def test_it_opens_and_closes_by_the_same_key(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        for key in ("question_mark", "f1"):
            await pilot.press(key)
            await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen))
            await pilot.press(key)
            await wait_until(pilot, lambda: app.screen is app.workbench)


@pytest.mark.parametrize("panel", ["statement", "tests", "code", "candidates", "tokens", "signal"])
async def test_it_begins_with_the_panel_in_focus(stage: Stage, panel: str) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        app.workbench.query_one("#line").set_classes(f"-{panel}")
        app.workbench.query_one(f"#{panel}").focus()
        await pilot.pause()
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and shown(app))
        title, text = TOPICS[panel]
        rows = shown(app).split("\n")
        assert rows[0] == title
        assert text.split()[:4] == rows[1].split()[:4]


async def test_every_panel_has_a_topic(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)):
        panels = {panel.id for panel in app.workbench.query(LinesPanel)}
        assert panels <= set(TOPICS)


@pytest.mark.parametrize(("key", "screen"), [("h", "RunsScreen"), ("c", "CompareScreen")])
async def test_another_screen_is_explained_with_its_own_keys(stage: Stage, key: str, screen: str) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press(key)
        await wait_until(pilot, lambda: type(app.screen).__name__ == screen)
        await pilot.press("f1")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and shown(app))
        assert shown(app).startswith(TOPICS[screen][0])
        assert "Back" in shown(app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: type(app.screen).__name__ == screen)


@pytest.mark.parametrize("columns", [60, 80, 200])
async def test_it_explains_every_command_and_word_in_the_width_there_is(stage: Stage, columns: int) -> None:
    app = stage.app(keys=Keymap({"start": "f5,ctrl+s"}))
    async with app.run_test(size=(columns, 24)) as pilot:
        await pilot.press("question_mark")
        await wait_until(pilot, lambda: isinstance(app.screen, HelpScreen) and shown(app))
        text = " ".join(shown(app).split())
        for command in WORKBENCH_COMMANDS:
            assert " ".join(command.help.split()) in text
        for word, _ in GLOSSARY:
            assert word in text
        assert "f5 ctrl+s" in text.lower()
        assert "keys.toml" in text
        room = app.screen.query_one("#help").size.width
        rows = shown(app).split("\n")
        assert all(len(row.rstrip()) <= room for row in rows if "/" not in row), "but for the path"


def test_every_screen_has_a_topic() -> None:
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        importlib.import_module(module.name)
    kinds = [*Screen.__subclasses__(), *ChoiceScreen.__subclasses__()]
    own = [kind for kind in kinds if kind.__module__.startswith(screens.__name__)]
    named = {kind.__name__ for kind in own if kind is not ChoiceScreen and not issubclass(kind, PanelsScreen)}
    assert {"BenchScreen", "ExercisesScreen"} <= named <= set(TOPICS)


def test_every_screen_of_panels_offers_the_help() -> None:
    for kind in PanelsScreen.__subclasses__():
        assert any(command.id == "help" for command in kind.OFFERED)
