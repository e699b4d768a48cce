"""Every solve of the workbench is kept; what goes wrong with that is told and disturbs nothing."""

from __future__ import annotations

from pathlib import Path

from support import digits_run
from support.stage import Stage, wait_until

from egcfg_tui.events import EngineLoaded, SolveFinished
from egcfg_tui.runs import History, RecordedModel, RecordingError, read_recording
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.view import Phase


def is_solved(app: WorkbenchApp) -> bool:
    return app.workbench.control.view.phase is Phase.SOLVED


async def test_each_solve_is_kept_whole_with_the_model_it_ran_on(stage: Stage, tmp_path: Path) -> None:
    history = History(tmp_path)
    stage.solve = digits_run.SOLVE
    stage.begin_recording = lambda request: history.begin(request, RecordedModel("tiny-coder"))
    app = stage.app()
    async with app.run_test() as pilot:
        for _ in range(2):
            await wait_until(pilot, lambda: app.workbench.control.can_start)
            await pilot.press("s")
            await wait_until(pilot, lambda: is_solved(app))
    first, second = history.runs()
    assert first.solved
    assert second.solved
    events = [timed.event for timed in read_recording(first.path).events]
    assert isinstance(events[0], EngineLoaded)
    assert isinstance(events[-1], SolveFinished)


async def test_a_history_that_cannot_be_written_is_told_and_the_solve_goes_on(stage: Stage) -> None:
    def refuse(_request: object) -> None:
        raise RecordingError("/full: the run cannot be kept: No space left on device")

    stage.solve = digits_run.SOLVE
    stage.begin_recording = refuse
    app = stage.app()
    async with app.run_test() as pilot:
        await pilot.press("s")
        await wait_until(pilot, lambda: is_solved(app))
        await wait_until(pilot, lambda: app._notifications)
        assert "/full" in next(iter(app._notifications)).message
