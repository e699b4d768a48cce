"""Stepping into a held solve: another candidate, own code, other settings, and undo for all of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import digits_run, traced_run
from support.fake_session import Hold
from support.recordings import recording_of, write
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from egcfg_tui.events import (
    Author,
    Event,
    LineChosen,
    LinesRestored,
    LinesRewound,
    SettingsChanged,
    SolvePaused,
)
from egcfg_tui.runs import read_recording
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens import workbench as workbench_screen
from egcfg_tui.tui.screens.settings import SettingsScreen
from egcfg_tui.tui.state import fold_all
from egcfg_tui.tui.stepping_in import code_edited, text_to_edit
from egcfg_tui.tui.view import Phase, SolveView, TrialView
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.lines import LinesPanel

AT_LINE_3 = (*traced_run.AT_LINE_3, Hold(), *traced_run.SOLVE[-3:])


def trial(app: WorkbenchApp) -> TrialView:
    found = app.workbench.view.trial
    assert found is not None
    return found


def panel(app: WorkbenchApp, name: str) -> str:
    return app.workbench.query_one(f"#{name}", LinesPanel).plain


def notes(app: WorkbenchApp) -> str:
    return " ".join(note.message for note in app._notifications)


def title_bar(app: WorkbenchApp) -> str:
    return app.workbench.query_one("#title", Bar).render().plain


async def held(pilot: Pilot[Any], app: WorkbenchApp, stage: Stage) -> None:
    """A solve that is paused at line 3."""
    stage.solve = AT_LINE_3
    await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
    stage.session._scripts["solve"] = AT_LINE_3
    await pilot.press("s")
    await wait_until(pilot, lambda: stage.session.waiting)
    await pilot.press("space")
    await wait_until(pilot, lambda: app.workbench.view.phase is Phase.PAUSED)


async def test_enter_goes_on_from_the_candidate_looked_at_and_undo_takes_it_back(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await held(pilot, app, stage)
        before = trial(app)
        await pilot.press("up", "1", "down", "down", "enter")
        await wait_until(pilot, lambda: "return sum(int(d)" in panel(app, "code"))
        text = "return sum(int(d) for d in str(n))\n"
        assert ("replace", 2, text, Author.CANDIDATE) in stage.session.calls
        assert trial(app).lines[-1].author is Author.CANDIDATE
        assert "You took this line of a candidate." in " ".join(panel(app, "tokens").split())
        await pilot.press("U")
        await wait_until(pilot, lambda: trial(app).lines == before.lines)
        assert "undo" in stage.session.calls
        assert trial(app).code == before.code


async def test_a_running_solve_and_a_missing_choice_say_why_nothing_is_taken(stage: Stage) -> None:
    stage.solve = AT_LINE_3
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("e")
        assert "Nothing is being solved" in notes(app)
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting)
        await pilot.press("enter")
        assert "Pause the solve first" in notes(app)
        await pilot.press("space")
        await wait_until(pilot, lambda: app.workbench.view.phase is Phase.PAUSED)
        await pilot.press("enter")
        assert "Choose a candidate first" in notes(app)
        await pilot.press("U")
        assert "There is nothing to undo." in notes(app)


async def test_the_code_is_changed_in_the_editor_from_the_first_line_that_differs(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = stage.app()
    texts = []

    def edit(_app: object, text: str, suffix: str) -> str:
        texts.append((text, suffix))
        return text.replace("total = 0", "total = 1")

    monkeypatch.setattr(workbench_screen, "edited_in_editor", edit)
    async with app.run_test(size=(120, 36)) as pilot:
        await held(pilot, app, stage)
        await pilot.press("e")
        await wait_until(pilot, lambda: "total = 1" in panel(app, "code"))
        assert texts == [("def digit_sum(n):\n    total = 0\n    ", ".py")]
        assert ("replace", 2, "total = 1\n    ", Author.USER) in stage.session.calls
        monkeypatch.setattr(workbench_screen, "edited_in_editor", lambda _app, text, _suffix: text)
        await pilot.press("e")
        assert "nothing was changed" in notes(app)


async def test_an_editor_that_cannot_start_is_told_and_nothing_is_lost(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await held(pilot, app, stage)
        await pilot.press("e")
        assert "an editor needs a terminal" in notes(app)
        assert "total = 0" in panel(app, "code")


async def fill(pilot: Pilot[Any], app: WorkbenchApp, **values: str) -> None:
    for name, value in values.items():
        app.screen.query_one(f"#set-{name}", Input).value = value
    await pilot.press("enter")


async def test_settings_reach_the_held_solve_and_show_at_once_and_undo(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await held(pilot, app, stage)
        await pilot.press("comma")
        await wait_until(pilot, lambda: isinstance(app.screen, SettingsScreen))
        await fill(
            pilot, app, gamma="2.5", temperature="0.9", candidates="6", horizon="3", seed="9", budget="300"
        )
        await wait_until(pilot, lambda: "γ 2.5" in title_bar(app))
        changed = {
            "gamma": 2.5,
            "temperature": 0.9,
            "candidates": 6,
            "horizon": 3,
            "seed": 9,
            "budget_s": 300.0,
        }
        assert ("change", changed) in stage.session.calls
        await wait_until(pilot, lambda: "ns6t0.9d3" in panel(app, "trials"))
        assert "seed 9" in title_bar(app)
        assert app.workbench.view.phase is Phase.PAUSED
        assert app.workbench.control.options.held >= {"gamma", "temperature", "candidates", "horizon"}
        await pilot.press("U")
        await wait_until(pilot, lambda: "γ 1 " in title_bar(app))
        assert app.workbench.control.options.settings.candidates == 4


async def test_what_cannot_be_set_is_told_by_name_and_nothing_is_set(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        before = app.workbench.control.options
        await pilot.press("comma")
        for name, value, told in (
            ("gamma", "11", "gamma is 11"),
            ("candidates", "2.5", "candidates is '2.5'; it must be a whole number between 1 and 16"),
            ("temperature", "[/]", "temperature is '[/]'; it must be a number"),
            ("seed", "-1", "seed is '-1'"),
            ("budget", "nan", "budget is 'nan'"),
            ("method", "magic", "method is 'magic'; the methods are auto"),
            ("model", " ", "the model's field is empty"),
        ):
            box = app.screen.query_one(f"#set-{name}", Input)
            good, box.value = box.value, value
            await pilot.press("enter")
            assert told in str(app.screen.query_one("#problem", Static).content)
            assert app.focused is box
            box.value = good
        await pilot.press("escape")
        assert app.workbench.control.options == before


async def test_method_and_model_wait_for_the_end_of_the_solve(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(120, 36)) as pilot:
        await held(pilot, app, stage)
        first = stage.session
        await pilot.press("comma")
        hints = " ".join(str(hint.render()) for hint in app.screen.query(".setting-hint"))
        assert "from the next guided line on" in hints
        assert "plain samples keep theirs until the next solve" in hints
        assert "waits for the next solve: this one keeps its method" in hints
        assert "it is loaded when this one ends" in hints
        await fill(pilot, app, method="sample", model="other-model")
        title = str(app.screen.query_one("#title", Bar).render())
        assert "(next: sample)" in title
        assert "(next: other-model)" in title
        assert first.calls[-1] == "pause"
        assert app.workbench.control.next_model == "other-model"
        await pilot.press("x")
        await wait_until(pilot, lambda: stage.session is not first)
        assert app.workbench.control.chosen_model == "other-model"
        assert app.workbench.control.options.method == "sample"


STORY: tuple[Event, ...] = (
    *digits_run.LOADING,
    *traced_run.AT_LINE_3,
    SolvePaused(),
    SettingsChanged((("temperature", 0.9), ("candidates", 6), ("seed", 5))),
    LinesRewound(2, 2, digits_run.HEADER),
    LineChosen(2, 2, "return 7\n", f"{digits_run.HEADER}return 7\n", 1.0, (), Author.USER),
    LinesRestored(3, 3, digits_run.HEADER + digits_run.LINE_2),
)


def view_of(events: tuple[Event, ...]) -> SolveView:
    return fold_all(SolveView(), [(0.0, event) for event in events])


async def test_a_replay_shows_what_was_set_written_and_undone(stage: Stage, tmp_path: Path) -> None:
    path = write(recording_of(STORY), tmp_path / "run.jsonl")
    app = stage.app(recording=read_recording(path))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("space", "ctrl+end")
        code = app.screen.query_one("#code", LinesPanel)
        await wait_until(pilot, lambda: "total = 0" in code.plain)
        assert "ns6t0.9d5" in app.screen.query_one("#trials", LinesPanel).plain
        await pilot.press("left")
        assert "return 7" in code.plain
        assert "You wrote this line." in app.screen.query_one("#tokens", LinesPanel).plain


def test_undone_lines_come_back_with_their_story() -> None:
    before, after = view_of(STORY[:-3]), view_of(STORY)
    assert before.trial is not None
    assert after.trial is not None
    assert (after.trial.lines, after.trial.code) == (before.trial.lines, before.trial.code)
    assert after.trial.before == ()


@given(st.text(st.sampled_from("ab \n#="), max_size=30), st.integers(0, 60))
def test_an_edit_keeps_the_lines_in_front_of_it_and_makes_the_edited_code(words: str, at: int) -> None:
    view = view_of(traced_run.AT_LINE_3)
    assert view.trial is not None
    text = text_to_edit(view.trial)
    edited = text[:at] + words + text[at:]
    new = code_edited(view, edited)
    if new is None:
        assert edited.rstrip() == text.rstrip()
        return
    kept = "".join(line.text for line in view.trial.lines[: new.line - 1])
    assert kept + new.text == edited
    assert new.line == len(view.trial.lines) + 1 or not edited.startswith(
        kept + view.trial.lines[new.line - 1].text
    )


def test_the_exercises_own_rows_stay() -> None:
    view = replace(view_of(traced_run.AT_LINE_3), starter="def digit_sum(n):\n")
    with pytest.raises(Exception, match="gives the first rows"):
        code_edited(view, "def other(n):\n    return 1\n")
