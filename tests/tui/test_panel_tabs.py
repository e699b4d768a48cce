"""The row of tabs: in a narrow terminal only, with the user's keys, by key and by click."""

from __future__ import annotations

import pytest
from support import digits_run
from support.fake_session import Hold
from support.stage import Stage, wait_until

from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.widgets.lines import LinesPanel
from egcfg_tui.tui.widgets.panel_tabs import PanelTabs


def shown(app: WorkbenchApp) -> set[str]:
    return {str(panel.id) for panel in app.workbench.query(LinesPanel) if panel.display and panel.size.height}


@pytest.mark.parametrize(("columns", "has_tabs"), [(60, True), (80, True), (120, False), (200, False)])
async def test_tabs_stand_where_panels_take_turns(stage: Stage, columns: int, has_tabs: bool) -> None:
    app = stage.app()
    async with app.run_test(size=(columns, 24)) as pilot:
        await pilot.pause()
        assert app.workbench.query_one(PanelTabs).display == has_tabs


async def test_a_click_on_a_tab_turns_to_its_panel(stage: Stage) -> None:
    stage.solve = (*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED, Hold())
    app = stage.app(keys=Keymap({"tokens": "f6"}))
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        tabs = app.workbench.query_one(PanelTabs)
        text = tabs.render().plain
        assert "f6 tokens" in text.lower()
        for name in ("Tokens", "Signal", "Candidates"):
            await pilot.click(tabs, offset=(text.index(name) + 1, 0))
            await wait_until(pilot, lambda name=name: name.lower() in shown(app))
            assert app.workbench.focused is not None
            assert app.workbench.focused.id == name.lower()
            spans = [span for span in tabs.render().spans if "bold" in str(span.style)]
            assert [text[span.start : span.end] for span in spans] == [name]
