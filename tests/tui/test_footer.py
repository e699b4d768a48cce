"""The footer: whole words in any width, the way out always, and a reason for a key that does nothing now."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import digits_run
from support.fake_session import Hold
from support.stage import Stage, wait_until
from textual.binding import Binding

from egcfg_tui.events import SolvePaused
from egcfg_tui.tui.applicable import NOTHING_RUNS
from egcfg_tui.tui.commands import REPLAY_COMMANDS, WORKBENCH_COMMANDS
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.view import EngineState, Phase
from egcfg_tui.tui.widgets.fitting_footer import Entry, FittingFooter, fitting, key_at

ENTRIES = [
    Entry((command.binding,), (command.keys[0],), command.label or command.shared)
    for command in (*WORKBENCH_COMMANDS, *REPLAY_COMMANDS)
    if command.label or command.shared
]


def text_of(footer: FittingFooter) -> str:
    """What the footer's row says, cell by cell as it is drawn."""
    rows = footer.app.screen._compositor.render_strips()
    return rows[footer.region.y].text.rstrip()


@given(st.lists(st.sampled_from(ENTRIES), max_size=12), st.integers(0, 120))
def test_what_fits_is_shown_in_order_and_what_is_kept_always(entries: list[Entry], width: int) -> None:
    shown = fitting(entries, width)
    rest = iter(entries)
    assert all(entry in rest for entry in shown), "in the order of all"
    assert [entry for entry in shown if entry.kept] == [entry for entry in entries if entry.kept]
    total = sum(entry.width for entry in shown)
    assert total <= width or all(entry.kept for entry in shown)


@given(st.lists(st.sampled_from(ENTRIES), max_size=12))
def test_where_all_fits_all_is_shown(entries: list[Entry]) -> None:
    assert fitting(entries, sum(entry.width for entry in entries)) == entries


@pytest.mark.parametrize("columns", [60, 66, 72, 80, 100, 120, 200])
@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.RUNNING, Phase.PAUSED])
async def test_the_workbench_names_help_and_quit_in_every_width(
    stage: Stage, columns: int, phase: Phase
) -> None:
    events = (*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED, *digits_run.LINE_2_EXECUTED)
    stage.solve = (*events, SolvePaused(), Hold()) if phase is Phase.PAUSED else (*events, Hold())
    app = stage.app()
    async with app.run_test(size=(columns, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        if phase is not Phase.IDLE:
            await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.control.view.phase is phase)
        await pilot.pause(0.1)
        row = text_of(app.screen.query_one(FittingFooter))
        assert "? Help" in row
        assert row.endswith("q Quit")
        assert ("space Go on" in row) == (phase is Phase.PAUSED)
        assert ("s Start" in row) == (phase is Phase.IDLE)


def test_a_click_on_a_name_or_a_word_means_its_key() -> None:
    up, down = Binding("plus", "gamma(1)"), Binding("minus", "gamma(-1)")
    entries = [Entry((Binding("x", "stop", "Stop"),), ("x",), "Stop"), Entry((up, down), ("+", "-"), "Gamma")]
    row = "x Stop + - Gamma "
    meant = {"x": "x", "p": "x", "+": "plus", "-": "minus", "G": None}
    assert {sign: key_at(entries, row.index(sign)) for sign in meant} == meant
    assert key_at(entries, len(row)) is None


async def test_a_click_in_the_footer_presses_the_key(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 24)) as pilot:
        await wait_until(pilot, lambda: "? Help" in text_of(app.screen.query_one(FittingFooter)))
        row = text_of(app.screen.query_one(FittingFooter))
        await pilot.click(FittingFooter, offset=(row.index("Help"), 0))
        await wait_until(pilot, lambda: app.screen is not app.workbench)


async def test_the_footer_follows_the_terminal(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.pause(0.1)
        wide = text_of(app.screen.query_one(FittingFooter))
        await pilot.resize_terminal(60, 24)
        await wait_until(pilot, lambda: text_of(app.screen.query_one(FittingFooter)) != wide)
        assert text_of(app.screen.query_one(FittingFooter)).endswith("q Quit")
        await pilot.resize_terminal(120, 24)
        await wait_until(pilot, lambda: text_of(app.screen.query_one(FittingFooter)) == wide)


@pytest.mark.parametrize("columns", [40, 60, 80])
@pytest.mark.parametrize(("key", "way_out"), [("h", "esc Back"), ("c", "esc Back")])
async def test_the_other_screens_name_the_way_back_in_every_width(
    stage: Stage, columns: int, key: str, way_out: str
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press(key)
        await wait_until(pilot, lambda: app.screen is not app.workbench)
        await pilot.resize_terminal(columns, 24)
        await wait_until(pilot, lambda: way_out in text_of(app.screen.query_one(FittingFooter)))


IDLE_REASONS = {
    "space": NOTHING_RUNS,
    "n": NOTHING_RUNS,
    "u": NOTHING_RUNS,
    "x": NOTHING_RUNS,
    "R": "The engine runs: there is no need to start it.",
    "up": "There is no line to look at yet.",
    "right_square_bracket": "No trial has begun yet.",
}


@pytest.mark.parametrize("key", IDLE_REASONS)
async def test_before_a_solve_a_key_that_does_nothing_says_why(stage: Stage, key: str) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press(key)
        assert [note.message for note in app._notifications] == [IDLE_REASONS[key]]


@pytest.mark.parametrize("key", ["s", "m", "d", "c"])
async def test_while_a_solve_runs_a_key_that_does_nothing_says_why(stage: Stage, key: str) -> None:
    stage.solve = (*digits_run.BEGIN, Hold())
    app = stage.app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.workbench.control.view.phase is Phase.RUNNING)
        before = app.workbench.control.options, len(stage.session.calls), app.screen
        await pilot.press(key)
        (note,) = app._notifications
        assert note.message.endswith(".")
        assert (app.workbench.control.options, len(stage.session.calls), app.screen) == before


async def test_gamma_says_that_a_method_without_guidance_has_none(stage: Stage) -> None:
    app = stage.app(options=replace(SolveOptions(), method="sample"))
    async with app.run_test() as pilot:
        await pilot.press("plus")
        (note,) = app._notifications
        assert "method sample guides no line" in note.message
        assert app.workbench.control.options.settings.gamma == 1.0


def test_an_entry_is_as_wide_as_what_it_says() -> None:
    assert Entry((Binding("x", "stop", "Stop"),), ("x",), "Stop").width == len("x Stop ")
