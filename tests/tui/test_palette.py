"""The palette: what applies now with its keys, in an order that serves."""

from __future__ import annotations

from support import digits_run
from support.fake_session import Hold
from support.stage import Stage, wait_until
from textual.command import CommandPalette
from textual.widgets import OptionList

from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.commands import WORKBENCH_COMMANDS
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.palette import entries
from egcfg_tui.tui.view import EngineState, Phase


def listed(app: WorkbenchApp) -> list[str]:
    """The rows of the open palette, as they are drawn."""
    options = app.screen.query_one(OptionList)
    return [str(option.prompt).split("\n")[0].strip() for option in options.options]


async def test_it_lists_what_applies_now_in_order_with_the_keys(stage: Stage) -> None:
    app = stage.app(keys=Keymap({"start": "f5"}))
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: isinstance(app.screen, CommandPalette) and listed(app))
        rows = listed(app)
        assert rows[0].split() == ["Start", "solving", "f5"]
        assert not any(row.startswith("Pause") for row in rows)
        expected = [entry.title for entry in entries(app, app.workbench)]
        assert [row[: len(title)] for row, title in zip(rows, expected, strict=True)] == expected
        helps = {command.id: command.help for command in WORKBENCH_COMMANDS}
        wanted = [helps[one].lower() for one in ("start", "open", "quit")]
        places = [[title.lower() for title in expected].index(one) for one in wanted]
        assert places == sorted(places)


async def test_typing_finds_and_enter_runs(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press("ctrl+p", *"method greedy")
        await wait_until(pilot, lambda: listed(app) and "greedy" in listed(app)[0])
        await pilot.press("enter", "enter")
        await wait_until(pilot, lambda: app.workbench.control.options.method == "greedy")


async def test_while_a_solve_runs_it_offers_what_a_running_solve_takes(stage: Stage) -> None:
    stage.solve = (*digits_run.BEGIN, Hold())
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.control.view.phase is Phase.RUNNING)
        titles = [entry.title for entry in entries(app, app.workbench)]
        assert "Pause, and go on" in titles
        assert "Start solving" not in titles
        assert not any(title.startswith("Method") for title in titles)


async def test_on_another_screen_it_offers_the_keys_of_that(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("h")
        await wait_until(pilot, lambda: app.screen is not app.workbench)
        titles = {entry.title: entry for entry in entries(app, app.screen)}
        assert {"Replay", "Export", "Back"} <= set(titles)
        assert any(title.startswith("Theme") for title in titles)
        outcome = titles["Back"].run()
        assert outcome is not None
        await outcome  # type: ignore[misc]
        await wait_until(pilot, lambda: app.screen is app.workbench)
