"""Pictures of the workbench at two sizes. To accept new ones: `pytest tests/tui --snapshot-update`.

Everything that moves is pinned: the clock stands still, nothing blinks, and no path is in the picture.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from support import digits_run, recordings, traced_run
from support.digits_run import PASS
from support.fake_session import Hold, Script
from support.gate import Gate
from support.recordings import recording_of
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from egcfg_sandbox import Verdict
from egcfg_tui.events import (
    Candidate,
    CandidatesSampled,
    CodeExecuted,
    FailureKind,
    LinesRewound,
    Outcome,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    TrialStarted,
)
from egcfg_tui.exercises.model import Exercise
from egcfg_tui.runs import History, Recording
from egcfg_tui.tui import theme
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.comparing import bench_driver, words
from egcfg_tui.tui.screens.bench import BenchScreen
from egcfg_tui.tui.screens.compare import CompareScreen
from egcfg_tui.tui.screens.runs import RunsScreen

pytestmark = [
    pytest.mark.skipif(
        sys.version_info[:2] != (3, 11), reason="the pictures were made on Python 3.11; wrapping may differ"
    ),
    pytest.mark.skipif(
        not version("textual").startswith("8.2."), reason="the pictures were made with Textual 8.2"
    ),
]

LINE_2 = (*digits_run.BEGIN, *digits_run.LINE_2_SAMPLED)
EXECUTED = (*LINE_2, *digits_run.LINE_2_EXECUTED)
CHOSEN = (*EXECUTED, *digits_run.LINE_2_CHOSEN)
LINE_3 = (*CHOSEN, *digits_run.LINE_3_SAMPLED, *digits_run.LINE_3_EXECUTED)
FINISHED = next(event for event in digits_run.END if isinstance(event, SolveFinished))
UNSOLVED = replace(FINISHED, solved=False, reason=Outcome.BUDGET, tests=())
SAMPLES = (
    replace(digits_run.STARTED, method="sample"),
    TrialStarted(1, "sample", "ns3t0.75d5k1_ln", 1.0),
    CandidatesSampled(
        1,
        1,
        (
            Candidate(0, "def digit_sum(n):\n    return sum(map(int, str(n)))\n", 15, True),
            Candidate(1, "def digit_sum(n):\n    return n % 10\n", 11, True),
        ),
    ),
    CodeExecuted(
        "def digit_sum(n):\n    return sum(map(int, str(n)))\n",
        digits_run.rows(PASS, PASS, (Verdict.ERROR, "ValueError: invalid literal for int() (line 2)")),
        False,
    ),
    CodeExecuted(
        "def digit_sum(n):\n    return n % 10\n",
        digits_run.rows(PASS, (Verdict.FAILED, "got 4, expected 10"), (Verdict.FAILED, "got 8, expected 3")),
        False,
    ),
)


@dataclass(frozen=True)
class Scene:
    """What is on the screen: the script of the solve, the keys pressed after it, the size."""

    solve: Script = ()
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    load: Script = digits_run.LOADING
    model_error: str | None = None
    exercise: Exercise = digits_run.EXERCISE
    theme: str = theme.NIGHT.name
    killed: bool = False
    recording: Recording | None = None
    welcome: bool = False


LARGE = (120, 36)
STORIES = {
    "story_candidate": ("up", "1", "down", "down"),
    "story_trace": ("up", "4", "t", *6 * ("down",)),
    "story_signal": ("up", "3", *8 * ("down",)),
}
"""The keys that look at a candidate, at its trace, at the words that came of it."""

SCENES = {
    "idle": Scene(),
    "idle_large": Scene(size=LARGE),
    "loading": Scene(load=(digits_run.LOADING[0], Hold())),
    "model_missing": Scene(model_error="tiny-coder is not on this machine\nFetch it: egcfg-tui models pull"),
    "candidates_growing": Scene((*LINE_2[:-1], Hold())),
    "candidates_executed": Scene((*EXECUTED, Hold())),
    "candidates_executed_large": Scene((*LINE_3, Hold()), size=LARGE),
    "tokens": Scene((*CHOSEN, Hold()), ("2",)),
    "signal": Scene((*CHOSEN, Hold()), ("3",)),
    "earlier_line": Scene((*LINE_3, Hold()), ("up",)),
    "paused_large": Scene((*LINE_3, SolvePaused(), Hold()), size=LARGE),
    "gone_back": Scene(
        (
            *(*LINE_3, SolvePaused(), SolveResumed()),
            *(LinesRewound(2, 2, digits_run.HEADER), SolvePaused(), Hold()),
        )
    ),
    "solved": Scene(digits_run.SOLVE),
    "solved_large": Scene(digits_run.SOLVE, size=LARGE),
    "solved_huge": Scene(digits_run.SOLVE, size=(180, 50)),
    "solved_by_day": Scene(digits_run.SOLVE, size=LARGE, theme=theme.DAY.name),
    "out_of_budget": Scene((*LINE_3, UNSOLVED)),
    "samples": Scene((*SAMPLES, Hold())),
    "engine_killed": Scene((*LINE_3, Hold()), killed=True),
    "failed": Scene((*digits_run.BEGIN, SolveFailed(FailureKind.CONTEXT, "the prompt is too long"))),
    "zoomed": Scene((*LINE_3, Hold()), ("1", "z")),
    "smallest": Scene((*LINE_3, Hold()), size=(60, 16)),
    "too_small": Scene(size=(50, 12)),
    "help": Scene(keys=("question_mark",)),
    **{
        f"{name}_{columns}x{rows}": Scene((*traced_run.AT_LINE_3, Hold()), keys, (columns, rows))
        for columns, rows in ((80, 24), (120, 36), (200, 60))
        for name, keys in STORIES.items()
    },
    **{
        f"settings_{columns}x{rows}": Scene(
            (*LINE_3, SolvePaused(), Hold()), ("comma", *5 * ("down",), "minus", "enter"), (columns, rows)
        )
        for columns, rows in ((80, 24), (120, 36), (200, 60))
    },
    "replay": Scene(keys=("space", *7 * ("shift+right",), "left"), recording=recording_of()),
    "replay_large": Scene(keys=("ctrl+end",), size=LARGE, recording=recording_of()),
    "welcome": Scene(keys=("ctrl+end", "shift+left"), welcome=True),
    "runs": Scene(keys=("h",)),
    "runs_large": Scene(keys=("h", "down", "D"), size=LARGE),
}


@dataclass(frozen=True)
class CompareScene:
    """A bench of so many tasks that ended, or with None the choice alone; the keys pressed at the end."""

    tasks: int | None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (80, 24)
    models: int = 1


COMPARE_SCENES = {
    "compare_choice": CompareScene(None),
    "compare_choice_large": CompareScene(None, ("tab", "tab", "tab"), LARGE),
    "compare_running": CompareScene(13, ("down", "down", "right")),
    "compare_finished_large": CompareScene(48, ("right", "r"), LARGE, models=2),
}


@pytest.mark.parametrize("name", COMPARE_SCENES)
def test_picture_of_comparing(
    name: str, stage: Stage, snap_compare: Callable[..., bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = COMPARE_SCENES[name]
    gate = Gate(scene.tasks or 0)
    stage.bench_exercises, stage.machine.fault = 12, gate
    stage.offers = tuple(
        replace(offer, chosen=number < scene.models) for number, offer in enumerate(stage.offers)
    )
    monkeypatch.setattr(words, "folder_line", lambda _driver: "folder")
    monkeypatch.setattr(words, "told_estimate", lambda _estimate, passed_s: "about 3 min left")
    monkeypatch.setattr(bench_driver, "SHARE_OF_TIME", math.inf)
    app = stage.app()

    async def play(pilot: Pilot[Any]) -> None:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await wait_until(pilot, lambda: "×" in str(app.screen.query_one("#compare-size", Static).content))
        if scene.tasks is not None:
            await pilot.press("enter")
            await wait_until(pilot, lambda: isinstance(app.screen, BenchScreen))
            screen = app.screen
            assert isinstance(screen, BenchScreen)
            ended = scene.tasks
            await wait_until(pilot, lambda: screen.driver.matrix.progress.ended == ended)
            await wait_until(pilot, lambda: screen.driver.comparison and (gate.held.is_set() or ended == 48))
            await pilot.pause(0.3)
        await pilot.press(*scene.keys)
        for box in app.screen.query(Input):
            box.cursor_blink = False
        await pilot.pause(0.2)

    try:
        assert snap_compare(app, terminal_size=scene.size, run_before=play)
    finally:
        gate.open()


@pytest.mark.parametrize("name", SCENES)
def test_picture(name: str, stage: Stage, snap_compare: Callable[..., bool], tmp_path: Path) -> None:
    scene = SCENES[name]
    stage.solve, stage.load, stage.model_error = scene.solve, scene.load, scene.model_error
    stage.history = _history(tmp_path)
    app = stage.app(scene.exercise, recording=scene.recording, welcome=scene.welcome)
    app.theme = scene.theme

    async def play(pilot: Pilot[Any]) -> None:
        await _play(pilot, app, scene, stage)

    assert snap_compare(app, terminal_size=scene.size, run_before=play)


async def _play(pilot: Pilot[Any], app: WorkbenchApp, scene: Scene, stage: Stage) -> None:
    if scene.recording or scene.welcome:
        await pilot.press(*scene.keys)
        await pilot.pause(0.1)
        return
    control = app.workbench.control
    if scene.load is not digits_run.LOADING or scene.model_error is not None:
        await wait_until(pilot, lambda: control.view.engine.since_s == 0.0 and control.view.engine.state)
        await pilot.pause(0.2)
        return
    await wait_until(pilot, lambda: control.view.engine.load_s)
    if scene.solve:
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting)
        if scene.killed:
            stage.session.die()
        await pilot.pause(0.2)
    for key in scene.keys:
        await pilot.press(key)
        await wait_until(
            pilot,
            lambda: not isinstance(app.screen, RunsScreen) or app.screen.query_one(OptionList).option_count,
        )
    for box in app.screen.query(Input):
        box.cursor_blink = False
    await pilot.pause(0.1)


def _history(folder: Path) -> History:
    runs = (
        (digits_run.BEGIN, digits_run.EXERCISE),
        (digits_run.SOLVE, digits_run.EXERCISE),
        ((*digits_run.BEGIN, UNSOLVED), digits_run.OTHER),
    )
    for day, (events, exercise) in enumerate(runs, start=1):
        path = folder / f"2026010{day}-120000-{exercise.id}.jsonl"
        recordings.write(recording_of(events, exercise=exercise), path)
    return History(folder)
