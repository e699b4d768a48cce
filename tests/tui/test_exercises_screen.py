"""The list of exercises, driven by keys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import digits_run, recordings
from support.digits_run import EXERCISE, OTHER
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from egcfg_tui.exercises import load
from egcfg_tui.exercises.drafts import new_draft
from egcfg_tui.exercises.recent import recent_files, remember
from egcfg_tui.runs import History
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.screens.edit_exercise import EditExerciseScreen
from egcfg_tui.tui.screens.exercises import ExercisesScreen
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.widgets.bars import Bar

HOSTILE = "[/] list[int] \x1b[2J 数字 \u202e abc 👩‍👩‍👧"
ROW = {
    "code": "def twice(n):\n    return 2 * n",
    "test_list": ["assert twice(1) == 2", "assert twice(2) == 4"],
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder: a data set of 974 with a broken row, a stub with its test, and other files."""
    rows = [
        {"task_id": n, "text": f"Number {n}: {HOSTILE if n == 3 else ''} double it."} | ROW
        for n in range(1, 974)
    ]
    lines = [json.dumps(row) for row in rows] + [json.dumps({"task_id": "[/] broken", **ROW, "text": 7})]
    (tmp_path / "mbpp.jsonl").write_text("\n".join(lines), encoding="utf-8")
    stub = tmp_path / "treble [it]"
    stub.mkdir()
    (stub / "treble.py").write_text('def treble(n):\n    "Times three."\n', encoding="utf-8")
    (stub / "test_treble.py").write_text(
        "from treble import treble\n\ndef test_it():\n    assert treble(1) == 3\n", encoding="utf-8"
    )
    (tmp_path / "mine.txt").write_text("", encoding="utf-8")
    (tmp_path / ".hidden").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


async def opened(pilot: Pilot[Any], app: WorkbenchApp) -> ExercisesScreen:
    await pilot.press("o")
    await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen) and "reading" not in title(app))
    assert isinstance(app.screen, ExercisesScreen)
    return app.screen


async def typed(pilot: Pilot[Any], text: str) -> None:
    box = pilot.app.screen.query_one(Input)
    box.focus()
    box.value = text
    await pilot.pause()


def rows(app: WorkbenchApp) -> list[str]:
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(at).prompt) for at in range(options.option_count)]


def title(app: WorkbenchApp) -> str:
    return app.screen.query_one("#exercises-title", Bar).render().plain


def problem(app: WorkbenchApp) -> str:
    widget = app.screen.query_one("#problem", Static)
    return str(widget.content) if widget.display else ""


def detail(app: WorkbenchApp) -> str:
    return str(app.screen.query_one("#exercise-detail", Static).content)


async def is_open(pilot: Pilot[Any], app: WorkbenchApp, exercise_id: str) -> None:
    def look() -> bool:
        exercise = app.workbench.control.exercise
        return app.screen is app.workbench and exercise is not None and exercise.id == exercise_id

    await wait_until(pilot, look)


async def test_words_narrow_the_list_and_enter_opens(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert len(rows(app)) == 2
        await pilot.press("slash", *"brackets")
        assert len(rows(app)) == 1
        await pilot.press("enter")
        await is_open(pilot, app, OTHER.id)


async def test_arrows_choose_in_the_list_and_while_words_are_typed(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("down")
        assert "Balanced brackets" in detail(app)
        await pilot.press("up", "slash", *"function", "down")
        assert "Balanced brackets" in detail(app)
        await pilot.press("tab")
        assert app.screen.query_one(OptionList).has_focus
        await pilot.press("enter")
        await is_open(pilot, app, OTHER.id)


async def test_escape_undoes_step_by_step_and_leaves_everything_as_it_was(stage: Stage, folder: Path) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        before = app.workbench.control.exercise
        await opened(pilot, app)
        await typed(pilot, "mbpp.jsonl")
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(rows(app)) == 974)
        await pilot.press("k", "slash", *"17")
        await pilot.press("escape")
        assert "kind function" in title(app)
        await pilot.press("escape")
        assert len(rows(app)) == 974
        await pilot.press("escape")
        await wait_until(pilot, lambda: "reading" not in title(app) and len(rows(app)) == 3)
        assert "mbpp.jsonl" in rows(app)[0]
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        assert app.workbench.control.exercise is before


async def test_a_data_set_is_listed_and_found_again_where_one_was(stage: Stage, folder: Path) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await typed(pilot, "mbpp.jsonl")
        await pilot.press("enter")
        await wait_until(pilot, lambda: len(rows(app)) == 974)
        assert "\x1b" not in "".join(rows(app))
        assert "[/] list[int] ␛[2J 数字" in rows(app)[2]
        assert rows(app)[-1].startswith("! mbpp.jsonl, line 974, key `text`")
        await pilot.press("slash", *"number", "space", *"117", "enter")
        await is_open(pilot, app, "117")
        assert recent_files() == [folder / "mbpp.jsonl"]
        await opened(pilot, app)
        await wait_until(pilot, lambda: "/mbpp.jsonl#117" in detail(app) or "mbpp.jsonl#117" in detail(app))
        await pilot.press("escape")
        assert len(rows(app)) == 974
        assert "mbpp.jsonl#117" in detail(app)
        await pilot.press("end", "enter")
        assert isinstance(app.screen, ExercisesScreen)


async def test_kind_level_and_state_are_filtered(stage: Stage, tmp_path: Path) -> None:
    recordings.write(recording_of(digits_run.SOLVE), tmp_path / "20260101-000000-digit_sum.jsonl")
    stage.history = History(tmp_path)
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert rows(app)[0].startswith("✓ digit_sum")
        assert "auto" in rows(app)[0]
        assert "solved by auto" in detail(app)
        await pilot.press("l", "l")
        assert "level 2" in title(app)
        assert [row.split()[1] for row in rows(app)] == ["balanced"]
        await pilot.press("l", "s")
        assert "level any · state new" in title(app)
        assert [row.split()[1] for row in rows(app)] == ["balanced"]
        await pilot.press("s")
        assert [row.split()[1] for row in rows(app)] == ["digit_sum"]
        await pilot.press("s", "k")
        assert "kind function · level any · state any" in title(app)
        await pilot.press("k", "slash", *"solved")
        assert [row.split()[1] for row in rows(app)] == ["digit_sum"]


async def test_a_path_is_completed(stage: Stage, folder: Path) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("o")
        assert rows(app) == ["./treble [it]/  folder", "./mbpp.jsonl  file"]
        await pilot.press("t", "tab")
        assert app.screen.query_one(Input).value == "./treble [it]/"
        assert rows(app) == ["./treble [it]/test_treble.py  file", "./treble [it]/treble.py  file"]
        await pilot.press("tab")
        assert app.screen.query_one(Input).value == "./treble [it]/t"
        await pilot.press("r", "tab", "enter")
        await is_open(pilot, app, "treble")


async def test_a_folder_with_a_stub_and_its_tests_is_one_exercise(stage: Stage, folder: Path) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await typed(pilot, str(folder / "treble [it]"))
        await pilot.press("enter")
        await is_open(pilot, app, "treble")
        assert recent_files()


async def test_a_folder_is_listed_and_a_recording_replayed(stage: Stage, folder: Path) -> None:
    recordings.write(recording_of(), folder / "run.jsonl")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await typed(pilot, str(folder))
        await pilot.press("enter")
        await wait_until(pilot, lambda: "reading" not in title(app) and len(rows(app)) == 1)
        assert "treble" in rows(app)[0]
        await typed(pilot, "./run.jsonl")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))


@pytest.mark.parametrize("text", ["no.toml", "mbpp.jsonl#9999", "nothing/", ".hidden/", "~nobody/x.toml"])
async def test_a_path_that_cannot_be_read_is_told_and_can_be_mended(
    stage: Stage, folder: Path, text: str
) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await typed(pilot, text)
        await pilot.press("enter")
        await wait_until(pilot, lambda: problem(app))
        assert text.rstrip("/").partition("#")[0] in problem(app)
        await typed(pilot, "mbpp.jsonl#7")
        assert problem(app) == ""
        await pilot.press("enter")
        await is_open(pilot, app, "7")


async def test_files_that_are_gone_are_not_offered(stage: Stage, folder: Path) -> None:
    remember(folder / "mbpp.jsonl")
    remember(folder / "gone.toml")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert rows(app)[0] == "▸ mbpp.jsonl  opened lately"
        assert len(rows(app)) == 3
        await pilot.press("home", "enter")
        await wait_until(pilot, lambda: len(rows(app)) == 974)


async def test_an_exercise_is_written_and_then_highlighted(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("n")
        await wait_until(pilot, lambda: isinstance(app.screen, EditExerciseScreen))
        text = (
            'title = "Mine [/]"\nstatement = "S"\nentry_point = "m"\nvisible = [{ code = "assert m(1)" }]\n'
        )
        app.screen.query_one("#exercise-text").load_text(text)  # type: ignore[attr-defined]
        await pilot.pause()
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen) and len(rows(app)) == 3)
        assert "Mine [/]" in detail(app)
        assert "yours" in detail(app)
        await pilot.press("enter")
        await is_open(pilot, app, "mine")
        assert load("mine").title == "Mine [/]"


async def test_of_an_exercise_that_is_not_ones_own_a_copy_is_changed(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await pilot.press("e")
        await wait_until(pilot, lambda: isinstance(app.screen, EditExerciseScreen))
        await pilot.press("ctrl+s")
        await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen) and len(rows(app)) == 3)
        assert load("sum-of-digits").visible == EXERCISE.visible


async def test_what_has_no_form_in_toml_says_so(stage: Stage, folder: Path) -> None:
    stub = folder / "treble [it]" / "test_treble.py"
    stub.write_text(stub.read_text().replace("test_it()", "test_it(capsys)"), encoding="utf-8")
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await typed(pilot, "./")
        await pilot.press("enter")
        await wait_until(pilot, lambda: "treble" in "".join(rows(app)) and "reading" not in title(app))
        await pilot.press("e")
        assert "change its own files instead" in problem(app)


async def test_the_exercises_that_were_refused_say_why(stage: Stage) -> None:
    app = stage.app()
    services = replace(app.workbench.control.services, bundled=lambda: ())
    app.workbench.control.services = services
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        assert rows(app) == []
        await pilot.press("enter", "e", "k", "l", "s")
        assert isinstance(app.screen, ExercisesScreen)
        assert not new_draft().is_kept


async def test_the_list_begins_at_the_exercise_that_is_open(stage: Stage) -> None:
    app = stage.app(OTHER)
    async with app.run_test(size=(80, 24)) as pilot:
        await opened(pilot, app)
        await wait_until(pilot, lambda: "Balanced brackets" in detail(app))
