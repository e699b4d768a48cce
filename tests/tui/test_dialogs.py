"""What opens over the workbench: other exercises."""

from __future__ import annotations

from support.digits_run import OTHER
from support.stage import Stage, wait_until
from textual.widgets import OptionList, Static

from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.open import OpenScreen


def problem(app: WorkbenchApp) -> str:
    widget = app.screen.query_one("#problem", Static)
    return str(widget.content) if widget.display else ""


async def test_typing_narrows_the_list_and_enter_opens(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, OpenScreen))
        assert app.screen.query_one(OptionList).option_count == 2
        await pilot.press(*"bra")
        assert app.screen.query_one(OptionList).option_count == 1
        await pilot.press("enter")
        await wait_until(pilot, lambda: app.workbench.control.exercise is OTHER)


async def test_arrows_choose_while_the_input_keeps_the_focus(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: app.workbench.control.exercise is OTHER)


async def test_a_path_that_cannot_be_read_is_told_and_can_be_mended(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("o", *"bad.jsonl", "enter")
        await wait_until(pilot, lambda: problem(app))
        assert problem(app) == "bad.jsonl: no such file [/]; check the path"
        await pilot.press(*["backspace"] * 9, *"good.jsonl")
        assert problem(app) == ""
        await pilot.press(*"#7", "enter")
        await wait_until(pilot, lambda: app.workbench.control.exercise is OTHER)


async def test_escape_leaves_everything_as_it_was(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.workbench.control.exercise
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, OpenScreen))
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        assert app.workbench.control.exercise is before
