"""Pictures of choosing: exercises, an exercise in the making, models."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from support import digits_run, recordings
from support.paper_models import Shop
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, TextArea

from egcfg_tui.exercises import bundled
from egcfg_tui.exercises.recent import remember
from egcfg_tui.runs import History
from egcfg_tui.tui.screens.exercises import ExercisesScreen
from egcfg_tui.tui.screens.models import ModelsScreen

pytestmark = [
    pytest.mark.skipif(
        sys.version_info[:2] != (3, 11), reason="the pictures were made on Python 3.11; wrapping may differ"
    ),
    pytest.mark.skipif(
        not version("textual").startswith("8.2."), reason="the pictures were made with Textual 8.2"
    ),
]

LARGE = (120, 36)
HUGE = (200, 60)
TITLES = ("double it", "[/] list[int] \x1b[2J 数字 \u202e abc 👩‍👩‍👧", "halve it")


@dataclass(frozen=True)
class Scene:
    """The keys pressed in the list, how many rows it then has, and the size of the terminal."""

    keys: tuple[str, ...] = ()
    rows: int = 43
    size: tuple[int, int] = (80, 24)


SET = ("slash", *"mbpp", "full_stop", *"jsonl", "enter")
SCENES = {
    "exercises": Scene(),
    "exercises_large": Scene(("s", "s"), 1, LARGE),
    "exercises_huge": Scene(("down", "down", "down"), size=HUGE),
    "exercises_of_a_set": Scene((*SET, "slash", *"it", "down"), 3),
    "exercises_of_a_set_large": Scene((*SET, "end"), 4, LARGE),
    "exercises_path": Scene(("o",), 1),
    "exercise_new": Scene(("n", "ctrl+s"), 0),
    "exercise_new_large": Scene(("down", "down", "down", "e", "end", "x", "ctrl+s"), 0, LARGE),
}


@pytest.mark.parametrize("name", SCENES)
def test_picture_of_choosing(
    name: str,
    stage: Stage,
    snap_compare: Callable[..., bool],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scene = SCENES[name]
    app = _app(stage, tmp_path, monkeypatch)

    async def play(pilot: Pilot[Any]) -> None:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("o")
        await wait_until(pilot, lambda: isinstance(app.screen, ExercisesScreen) and count() == 43)
        for key in scene.keys:
            await pilot.press(key)
            for area in app.screen.query(TextArea):
                area.cursor_blink = False
            if key == "enter":  # into the data set
                await wait_until(pilot, lambda: count() == 4)
        await wait_until(pilot, lambda: not scene.rows or count() == scene.rows)
        for box in app.screen.query(Input):
            box.cursor_blink = False
        for area in app.screen.query(TextArea):
            area.cursor_blink = False
        await pilot.pause(0.2)

    def count() -> int:
        return app.screen.query_one(OptionList).option_count

    assert snap_compare(app, terminal_size=scene.size, run_before=play)


MODEL_SCENES = {
    "models": ((), (80, 24)),
    "models_pulling": (("down", "enter", "down"), (80, 24)),
    "models_large": (("down",), LARGE),
    "models_huge": (("down", "enter", "down", "down", "D"), HUGE),
}


@pytest.mark.parametrize("name", MODEL_SCENES)
def test_picture_of_models(name: str, stage: Stage, snap_compare: Callable[..., bool]) -> None:
    keys, size = MODEL_SCENES[name]
    shop = Shop()
    stage.models = shop.services()
    app = stage.app()

    async def play(pilot: Pilot[Any]) -> None:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("M")
        await wait_until(pilot, lambda: isinstance(app.screen, ModelsScreen) and count() == len(shop.rows))
        await pilot.press(*keys)
        await wait_until(pilot, lambda: not shop.pulls or app.workbench.pulls.progress)
        await pilot.pause(0.3)

    def count() -> int:
        return app.screen.query_one(OptionList).option_count

    assert snap_compare(app, terminal_size=size, run_before=play)


def _app(stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The bundled exercises, two of the fake solver's with a run of one, and a data set opened lately."""
    runs, work = folder / "runs", folder / "work"
    runs.mkdir()
    work.mkdir()
    monkeypatch.chdir(work)
    row = {"code": "def f(n):\n    return n", "test_list": ["assert f(1) == 1"]}
    rows = [{"task_id": n, "text": f"Write a function to {title}.", **row} for n, title in enumerate(TITLES)]
    lines = [json.dumps(row) for row in [*rows, {**rows[0], "task_id": 9, "text": 0}]]
    (work / "mbpp.jsonl").write_text("\n".join(lines), encoding="utf-8")
    remember(work / "mbpp.jsonl")
    recordings.write(recording_of(digits_run.SOLVE), runs / "20260101-000000-digit_sum.jsonl")
    stage.history = History(runs)
    stage.bundled = (digits_run.EXERCISE, digits_run.OTHER, *bundled())
    return stage.app()
