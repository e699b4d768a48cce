"""An exercise in the making: nothing typed is lost, and all mistakes are told at once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Static, TextArea

from egcfg_tui.exercises.drafts import TEMPLATE, Draft, new_draft
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.edit_exercise import EditExerciseScreen
from egcfg_tui.tui.screens.exercises import ExercisesScreen

STUB = 'def twice(n):\n    """Doubles."""\n\n\ndef test_it():\n    assert twice(2) == 4\n'


async def editing(pilot: Pilot[Any], app: WorkbenchApp) -> TextArea:
    if not isinstance(app.screen, ExercisesScreen):
        await pilot.press("o")
    await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen))
    await pilot.press("n")
    await wait_until(pilot, lambda: isinstance(app.screen, EditExerciseScreen))
    return app.screen.query_one(TextArea)


def mistakes(app: WorkbenchApp) -> str:
    widget = app.screen.query_one("#mistakes", Static)
    return str(widget.content) if widget.display else ""


async def test_all_mistakes_are_told_with_line_and_key_and_the_first_is_gone_to(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, app)
        await pilot.press("ctrl+s")
        told = mistakes(app).split("\n")
        assert [line.partition(":")[0] for line in told] == [
            "line 3, key `title`",
            "line 5, key `statement`",
            "line 8, key `entry_point`",
            "line 11, key `visible.1`",
            "line 15, key `hidden.1`",
        ]
        assert area.cursor_location == (2, 0)
        await pilot.press("x")
        assert mistakes(app) == ""


async def test_what_was_typed_is_there_again_whatever_ended_the_workbench(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await editing(pilot, app)
        await pilot.press(*"mine")
        assert new_draft().text() == f"mine{TEMPLATE}"  # kept before anything is saved or left
    again = stage.app()
    async with again.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, again)
        assert area.text == f"mine{TEMPLATE}"
        await pilot.press("escape")
        assert any("draft is kept" in note.message for note in again._notifications)
        area = await editing(pilot, again)
        area.clear()
        await pilot.pause()
        await pilot.press("escape")
        assert not new_draft().is_kept


async def test_leaving_the_form_as_it_is_leaves_no_draft(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await editing(pilot, app)
        await pilot.press("x", "backspace", "escape")
        assert isinstance(app.screen, ExercisesScreen)
        assert not new_draft().is_kept


async def test_what_is_pasted_becomes_toml_and_ctrl_z_takes_that_back(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, app)
        area.load_text(STUB.replace("assert twice(2) == 4", "assert 1 == 1"))
        await pilot.press("ctrl+s")
        assert "does not use `twice`" in mistakes(app)
        area.load_text(STUB.replace("twice(n)", "twice(n"))
        await pilot.press("ctrl+s")
        assert "twice.py, line 1" in mistakes(app)
        assert area.text.startswith("def twice(n:")
        area.load_text(STUB)
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen))


async def test_a_statement_becomes_the_form(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, app)
        area.load_text("Add two numbers.")
        await pilot.press("ctrl+s")
        assert 'statement = """' in area.text
        assert "Add two numbers." in area.text
        assert "`title`: is empty" in mistakes(app)
        await pilot.press("ctrl+z")
        assert area.text == "Add two numbers."


async def test_the_text_is_changed_in_the_users_own_editor(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\necho "# from the editor" >> "$1"\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))

    @contextlib.contextmanager
    def lent(_app: object) -> Iterator[None]:
        yield

    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, app)
        await pilot.press("ctrl+o")
        assert "needs a terminal of its own" in mistakes(app)
        monkeypatch.setattr("egcfg_tui.tui.editing.terminal_lent", lent)
        await pilot.press("ctrl+o")
        assert area.text == f"{TEMPLATE}# from the editor\n"
        assert new_draft().text() == area.text
        monkeypatch.setenv("EDITOR", "/no/editor")
        await pilot.press("ctrl+o")
        assert "/no/editor" in mistakes(app)


async def test_a_disk_that_is_full_is_told_and_the_text_stays(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_draft: Draft, _text: str) -> None:
        raise OSError(28, "No space left on device", "/full/new.toml")

    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        area = await editing(pilot, app)
        with monkeypatch.context() as patcher:
            patcher.setattr(Draft, "keep", full)
            await pilot.press("x")
            assert "the draft cannot be kept: No space left" in mistakes(app)
        assert area.text == f"x{TEMPLATE}"
        await pilot.press("y")
        assert new_draft().text() == f"xy{TEMPLATE}"
