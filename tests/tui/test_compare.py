"""The Compare screen driven by keys, over a fake machine."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.benches import plan_of, write_bench
from support.digits_run import LOADING
from support.fake_bench import FakeMachine
from support.fake_session import Hold
from support.gate import Gate
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import Input, Static

from egcfg_tui.bench.folder import BenchFolder, BenchWriter
from egcfg_tui.events import FailureKind, SolveFailed
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.comparing.bench_driver import BenchPhase
from egcfg_tui.tui.screens.bench import BenchScreen
from egcfg_tui.tui.screens.compare import CompareScreen
from egcfg_tui.tui.screens.replay import ReplayScreen
from egcfg_tui.tui.view import EngineState
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.matrix import MatrixBody, MatrixPanel


async def choosing(pilot: Pilot[None], app: WorkbenchApp) -> CompareScreen:
    await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)
    await pilot.press("c")
    await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen))
    screen = app.screen
    assert isinstance(screen, CompareScreen)
    await wait_until(pilot, lambda: "1 model " in text(screen, "compare-size"))
    return screen


async def started(pilot: Pilot[None], app: WorkbenchApp) -> BenchScreen:
    await choosing(pilot, app)
    await pilot.press("enter")
    return await bench(pilot, app)


async def bench(pilot: Pilot[None], app: WorkbenchApp) -> BenchScreen:
    await wait_until(pilot, lambda: isinstance(app.screen, BenchScreen))
    assert isinstance(app.screen, BenchScreen)
    return app.screen


def text(screen: CompareScreen | BenchScreen, name: str) -> str:
    widget = screen.query_one(f"#{name}", Static)
    return str(widget.content) if widget.display else ""


def shown(screen: BenchScreen) -> str:
    return screen.query_one(MatrixBody).plain


def phase(screen: BenchScreen) -> BenchPhase:
    return screen.driver.phase


async def test_a_bench_is_chosen_run_and_compared(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED and screen.driver.comparison)
        (asked,) = stage.asked
        assert ([spec.name for spec in asked.models], asked.methods, asked.budget_s) == (
            ["tiny"],
            ("auto", "sample"),
            25.0,
        )
        assert len(asked.exercises) == 20
        assert len(shown(screen).splitlines()) == 4
        assert shown(screen).count(" s") == 8
        assert "on 4 exercises" in text(screen, "verdict")
        assert "8 of 8 ended" in screen.query_one("#bench-status", Bar).render().plain


async def test_it_is_the_same_folder_as_the_command_line_s_and_goes_on_there(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        folder = screen.driver.folder
        assert folder is not None
        assert len(list(BenchFolder(folder).read_records())) == 8
        await pilot.press("escape")
        await pilot.press("enter")
        again = await bench(pilot, app)
        await wait_until(pilot, lambda: phase(again) is BenchPhase.FINISHED)
        assert (again.driver.folder, len(stage.machine.ran)) == (folder, 8)


async def test_the_engine_makes_room_for_the_bench_and_comes_back(stage: Stage) -> None:
    loaded: list[bool] = []
    stage.machine.fault = lambda _request, _model: loaded.append(stage.sessions[0].alive)
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert loaded == [False] * 8
        assert len(stage.sessions) == 1
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: len(stage.sessions) == 2 and stage.session.alive)
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.READY)


async def test_an_engine_that_is_still_loading_makes_room_as_well(stage: Stage) -> None:
    stage.load = (LOADING[0], Hold(), *LOADING[1:])
    app = stage.app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.state is EngineState.LOADING)
        await pilot.press("c")
        await wait_until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await pilot.pause(0.2)
        await pilot.press("enter")
        screen = await bench(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert not any(session.alive for session in stage.sessions)


async def test_leaving_without_a_bench_leaves_the_engine_alone(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        await choosing(pilot, app)
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        assert len(stage.sessions) == 1
        assert stage.session.alive


async def test_stopping_keeps_what_ended_and_goes_on(stage: Stage) -> None:
    gate = Gate(3)
    stage.machine.fault = gate
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: gate.held.is_set() and "▸" in shown(screen))
        await pilot.press("escape")
        assert app.screen is screen
        await pilot.press("x")
        assert phase(screen) is BenchPhase.STOPPING
        gate.open()
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.STOPPED)
        assert "5 tasks left" in text(screen, "bench-notice")
        assert "g goes on" in text(screen, "bench-notice")
        assert "▸" not in shown(screen)
        await pilot.press("g")
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert len(stage.machine.ran) == 9  # the task in flight was given up and ran again
        assert text(screen, "bench-notice") == ""


async def test_ending_the_workbench_ends_the_bench(stage: Stage) -> None:
    gate = Gate(1)
    stage.machine.fault = gate
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: gate.held.is_set())
        ending = app.run_worker(app.action_quit())
        await wait_until(pilot, lambda: screen.driver.phase is BenchPhase.STOPPING or ending.is_finished)
        gate.open()
    assert not any(session.alive for session in stage.machine.sessions)


async def test_a_bench_that_cannot_be_run_says_why(stage: Stage) -> None:
    stage.machine = FakeMachine(broken=frozenset({"tiny"}))
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.BROKEN)
        assert "the file is broken; fetch it again" in text(screen, "bench-notice")
        stage.machine.broken = frozenset()
        await pilot.press("g")
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)


async def test_faults_are_told_and_run_again(stage: Stage) -> None:
    stage.machine.fault = lambda request, _model: (
        SolveFailed(FailureKind.SANDBOX, "broke") if request.exercise.id == "ex1" else None
    )
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert "Incomplete: 2 tasks ended in a fault" in text(screen, "bench-notice")
        assert shown(screen).splitlines()[1].count("!") == 2
        stage.machine.fault = lambda _request, _model: None
        await pilot.press("g")
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert "!" not in shown(screen)


async def test_sorting_keeps_the_cursor_on_its_cell(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        panel = screen.query_one(MatrixPanel)
        await pilot.press("down", "right", "r")
        assert panel.cursor is not None
        assert (panel.cursor[0][0], panel.cursor[1]) == ("ex1", ("tiny", "sample"))
        planned = ["ex0", "ex1", "ex2", "ex3"]
        rows = [line.split()[0] for line in shown(screen).splitlines()]
        assert sorted(rows) == planned
        assert rows != planned
        await pilot.press("r", "r")
        assert [line.split()[0] for line in shown(screen).splitlines()] == planned
        await pilot.press("c", "c")
        assert panel.cursor[1] == ("tiny", "sample")


async def test_enter_replays_the_run_of_the_cell_and_leads_back(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        await pilot.press("down", "enter")
        replay = await replaying(pilot, app)
        assert replay.view.exercise_id == "ex1"
        await pilot.press("escape")
        await wait_until(pilot, lambda: app.screen is screen)
        assert not stage.session.alive  # the memory is still the bench's
        await pilot.press("enter")
        await replaying(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.screen is app.workbench)
        await wait_until(pilot, lambda: stage.session.alive)
        assert app.workbench.control.exercise is not None
        assert app.workbench.control.exercise.id == "ex1"


async def test_a_bench_that_runs_is_not_left_for_the_exercise_of_a_replay(stage: Stage) -> None:
    gate = Gate(3)
    stage.machine.fault = gate
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: gate.held.is_set() and "▸" in shown(screen))
        await pilot.press("enter")
        await replaying(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: app.screen is screen)
        assert any("stop it first" in note.message for note in app._notifications)
        gate.open()
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)


async def test_a_recording_that_is_gone_is_told(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await started(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.FINISHED)
        assert screen.driver.folder is not None
        for file in (screen.driver.folder / "recordings").iterdir():
            file.unlink()
        await pilot.press("enter")
        await wait_until(pilot, lambda: app._notifications)
        assert "cannot be read" in next(iter(app._notifications)).message
        assert app.screen is screen


async def replaying(pilot: Pilot[None], app: WorkbenchApp) -> ReplayScreen:
    await wait_until(pilot, lambda: isinstance(app.screen, ReplayScreen))
    assert isinstance(app.screen, ReplayScreen)
    return app.screen


async def test_a_bench_of_another_process_is_watched(stage: Stage, tmp_path: Path) -> None:
    plan = plan_of(["e1", "e2"], ["auto", "sample"])
    folder = BenchFolder(write_bench(tmp_path / "a bench", {"auto": "1."}, plan))
    app = stage.app()
    async with app.run_test() as pilot:
        choice = await choosing(pilot, app)
        choice.query_one("#folder", Input).focus()
        choice.query_one("#folder", Input).value = str(folder.path)
        with BenchWriter(folder):
            await pilot.press("enter")
            screen = await bench(pilot, app)
            await wait_until(pilot, lambda: "✓" in shown(screen) and "▸" in shown(screen))
            write_bench(folder.path, {"sample": "w"})
            await wait_until(pilot, lambda: "◐" in shown(screen))
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.STOPPED)
        assert "2 tasks left" in text(screen, "bench-notice")
        assert len(stage.sessions) == 1
        assert stage.session.alive


async def test_watching_ends_when_the_user_leaves(stage: Stage, tmp_path: Path) -> None:
    folder = BenchFolder(write_bench(tmp_path / "b", {"auto": "1."}, plan_of(["e1", "e2"], ["auto"])))
    app = stage.app()
    async with app.run_test() as pilot:
        choice = await choosing(pilot, app)
        choice.query_one("#folder", Input).focus()
        choice.query_one("#folder", Input).value = str(folder.path)
        with BenchWriter(folder):
            await pilot.press("enter")
            screen = await bench(pilot, app)
            await wait_until(pilot, lambda: "▸" in shown(screen))
            await pilot.press("x")
            await wait_until(pilot, lambda: phase(screen) is BenchPhase.STOPPED)
            await pilot.press("escape")
            await wait_until(pilot, lambda: app.screen is choice)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        (("space",), "No model is chosen"),
        (("tab", "space", "down", "down", "space"), "No method is chosen"),
        (("tab", "tab", "down", "down", "space"), "No exercises are named"),
        (("tab", "tab", "tab", "backspace", "backspace", "x"), "no number above 0"),
    ],
)
async def test_what_is_not_chosen_is_asked_for(stage: Stage, keys: tuple[str, ...], problem: str) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        screen = await choosing(pilot, app)
        await pilot.press(*keys, "enter")
        assert problem in text(screen, "compare-problem")
        assert app.screen is screen


async def test_naming_exercises_chooses_them_and_a_wrong_name_is_told(stage: Stage) -> None:
    app = stage.app()
    async with app.run_test() as pilot:
        await choosing(pilot, app)
        await pilot.press("tab", "tab", "tab", "tab", *"no[/].jsonl#1-3", "enter")
        screen = await bench(pilot, app)
        await wait_until(pilot, lambda: phase(screen) is BenchPhase.BROKEN)
        assert "no[/].jsonl" in text(screen, "bench-notice")
