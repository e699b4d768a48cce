"""The workbench driven by keys, over scripted sessions."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import digits_run
from support.digits_run import EXERCISE, OTHER
from support.fake_session import Hold, Script
from support.stage import Stage, wait_until
from textual.pilot import Pilot
from textual.widgets import OptionList, Static

from egcfg_sandbox import CodeTest
from egcfg_tui.events import (
    FailureKind,
    LineGrown,
    SandboxRestarted,
    SettingsLeftOut,
    SolveFailed,
    TrialStarted,
)
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.keymap import Keymap
from egcfg_tui.tui.view import EngineState, LineView, Phase
from egcfg_tui.tui.widgets.bars import Bar
from egcfg_tui.tui.widgets.lines import LinesPanel

MID = (
    *digits_run.BEGIN,
    *digits_run.LINE_2_SAMPLED,
    *digits_run.LINE_2_EXECUTED,
    *digits_run.LINE_2_CHOSEN,
    *digits_run.LINE_3_SAMPLED,
    *digits_run.LINE_3_EXECUTED,
    Hold(),
    *digits_run.END,
)


def phase(app: WorkbenchApp) -> Phase:
    return app.workbench.control.view.phase


def engine(app: WorkbenchApp) -> EngineState:
    return app.workbench.control.view.engine.state


def chosen(app: WorkbenchApp) -> tuple[LineView, ...]:
    trial = app.workbench.control.view.trial
    return trial.lines if trial else ()


def panel(app: WorkbenchApp, name: str) -> str:
    return app.workbench.query_one(f"#{name}", LinesPanel).plain


def bar(app: WorkbenchApp, name: str) -> str:
    return app.workbench.query_one(f"#{name}", Bar).render().plain


def notice(app: WorkbenchApp) -> str:
    widget = app.workbench.query_one("#notice", Static)
    return str(widget.content) if widget.display else ""


def notes(app: WorkbenchApp) -> list[str]:
    return [note.message for note in app._notifications]


async def ready(pilot: Pilot[None], app: WorkbenchApp) -> None:
    await wait_until(pilot, lambda: engine(app) is EngineState.READY)


async def test_a_solve_is_started_watched_and_solved(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        assert "Press s to start." in panel(app, "code")
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        assert "return total" in panel(app, "code")
        assert "hidden" in panel(app, "tests")
        assert "solved, hidden tests too" in bar(app, "status")


async def test_settings_that_do_not_fit_are_told_once(stage: Stage) -> None:
    left_out = SettingsLeftOut(3, 12, 1024, 1500)
    stage.solve = (digits_run.STARTED, left_out, *digits_run.BEGIN[1:], Hold(), *digits_run.END)
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: notes(app))
        stage.session.go()
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        (note,) = notes(app)
        assert note.startswith("3 of 12 settings of guided trials left out")


async def test_a_sandbox_that_was_killed_is_told_each_time_and_the_solve_goes_on(stage: Stage) -> None:
    killed = (SandboxRestarted(1), Hold(), SandboxRestarted(2), Hold())
    stage.solve = (*digits_run.BEGIN, *killed, *digits_run.END)
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        for times in (1, 2):
            await wait_until(pilot, lambda times=times: len(notes(app)) == times)
            stage.session.go()
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        assert all("the sandbox's process was killed" in note for note in notes(app))
        assert "2 times" in notes(app)[1]


async def test_starting_before_the_model_is_loaded_waits_for_it(stage: Stage) -> None:
    stage.load = (digits_run.LOADING[0], Hold(), digits_run.LOADING[1])
    stage.solve = digits_run.SOLVE
    app = stage.app()
    async with app.run_test() as pilot:
        await wait_until(pilot, lambda: engine(app) is EngineState.LOADING)
        await pilot.press("s")
        assert "then the solve starts" in bar(app, "status")
        stage.session.go()
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)


async def test_pause_step_resume_and_stop_reach_the_session(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("space")
        await wait_until(pilot, lambda: phase(app) is Phase.PAUSED)
        assert "paused" in bar(app, "status")
        await pilot.press("n")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("n")
        await wait_until(pilot, lambda: phase(app) is Phase.PAUSED)
        await pilot.press("space")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("x")
        await wait_until(pilot, lambda: phase(app) is Phase.UNSOLVED)
        assert "stopped" in bar(app, "status")
        assert stage.session.calls[1:] == ["pause", "step", "pause", "resume", "stop"]


async def test_ctrl_c_stops_a_solve_and_leaves_the_workbench_open(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("ctrl+c")
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: phase(app) is Phase.UNSOLVED)
        assert app.is_running


async def test_gamma_changes_the_running_solve_and_the_next_one(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("plus", "plus", "minus")
        await wait_until(pilot, lambda: app.workbench.control.view.gamma == 1.25)
        assert stage.session.calls[1:] == [
            ("change", {"gamma": 1.25}),
            ("change", {"gamma": 1.5}),
            ("change", {"gamma": 1.25}),
        ]
        assert "γ 1.25" in bar(app, "title")
        await pilot.press("x")
        await wait_until(pilot, lambda: phase(app) is Phase.UNSOLVED)
        await pilot.press(*["minus"] * 9)
        assert "γ 0 " in bar(app, "title")
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        request = stage.session.calls[-1]
        assert isinstance(request, SolveRequest)
        assert request.settings.gamma == 0
        assert "gamma" not in {axis.name for axis in request.grid.axes}, "what the user set, no grid varies"


async def test_method_and_seed_go_into_the_next_request(stage: Stage) -> None:
    stage.solve = (Hold(),)
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert bar(app, "title").split("  ")[-1].strip() == "auto · seed 0 · tiny-coder"
        await pilot.press("m", "m", "d", "d")
        assert bar(app, "title").split("  ")[-1].strip() == "sample · seed 2 · tiny-coder"
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.calls)
        request = stage.session.calls[0]
        assert isinstance(request, SolveRequest)
        assert (request.method, request.seed, request.exercise) == ("sample", 2, EXERCISE)
        await pilot.press("m")
        assert app.workbench.control.options.method == "sample"


async def test_earlier_lines_can_be_looked_at_while_the_solve_goes_on(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("up")
        assert "while n > 0" in panel(app, "candidates")
        assert "instead of return" in panel(app, "tokens")
        stage.session.say(LineGrown(3, 3, "for d"))
        await wait_until(pilot, lambda: "for d" in panel(app, "code"))
        assert "while n > 0" in panel(app, "candidates")
        await pilot.press("home")
        assert "No candidates." in panel(app, "candidates")
        await pilot.press("end")
        assert "int(digit)" in panel(app, "candidates")
        await pilot.press("up", "down", "down")
        assert app.workbench.look.line is None
        await pilot.press("1", "k")
        assert "while n > 0" in panel(app, "candidates")


async def test_a_paused_solve_goes_back_to_the_line_looked_at_and_stays_paused(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("space")
        await wait_until(pilot, lambda: phase(app) is Phase.PAUSED)
        await pilot.press("up")
        assert "u goes back to it" in str(app.workbench.query_one("#code").border_title)
        await pilot.press("u")
        await wait_until(pilot, lambda: len(chosen(app)) == 1)
        await wait_until(pilot, lambda: phase(app) is Phase.PAUSED)
        assert app.workbench.look.line is None
        assert "total" not in panel(app, "code")
        assert "No candidates yet" in panel(app, "candidates")
        assert "‖ paused" in bar(app, "status")
        await pilot.press("plus", "n")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        assert stage.session.calls[1:] == ["pause", ("rewind", 2), ("change", {"gamma": 1.25}), "step"]


async def test_going_back_twice_while_following_takes_back_two_lines(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("u", "u")
        await wait_until(pilot, lambda: chosen(app) == ())
        assert stage.session.calls[1:] == [("rewind", 2), ("rewind", 1)]
        await pilot.press("u")
        assert notes(app) == ["No line is chosen yet: there is nothing to go back to."]
        assert len(stage.session.calls) == 3


@pytest.mark.parametrize(
    ("script", "word"),
    [
        ((replace(digits_run.STARTED, method="sample"), TrialStarted(1, "sample", "", 1.0)), "Plain samples"),
        (
            (digits_run.STARTED, TrialStarted(1, "greedy", "", 1.0), *digits_run.LINE_2_CHOSEN),
            "the same again",
        ),
    ],
)
async def test_where_there_is_no_way_back_it_is_said(stage: Stage, script: Script, word: str) -> None:
    stage.solve = (*script, Hold())
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting)
        await pilot.pause(0.1)
        before = app.workbench.control.view
        await pilot.press("u")
        (note,) = notes(app)
        assert word in note
        assert app.workbench.control.view == before
        assert len(stage.session.calls) == 1


async def test_a_solver_that_is_busy_yet_is_waited_for_until_its_trial_ends(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        stage.session.rewind = lambda line: None  # type: ignore[method-assign]
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("u")
        assert "going back to line 2" in bar(app, "status")
        stage.session.go()
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        assert "solved" in bar(app, "status")


async def test_a_line_that_was_taken_back_is_looked_at_no_more(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("up")
        assert app.workbench.look.line == 2
        stage.session.rewind(1)
        await wait_until(pilot, lambda: chosen(app) == ())
        assert app.workbench.look.line is None


async def test_a_click_on_the_code_looks_at_its_line(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.click("#code", offset=(10, 2))
        assert "while n > 0" in panel(app, "candidates")
        await pilot.click("#code", offset=(10, 3))
        assert "int(digit)" in panel(app, "candidates")


async def test_a_session_that_does_not_stop_can_be_replaced(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        stage.session.stop = lambda: None  # type: ignore[method-assign]
        stage.session.rewind = lambda line: None  # type: ignore[method-assign]
        await pilot.press("s")
        await wait_until(pilot, lambda: "int(digit)" in panel(app, "candidates"))
        await pilot.press("u", "x")
        assert "stopping" in bar(app, "status")
        stage.solve = digits_run.SOLVE
        await pilot.press("R")
        await wait_until(pilot, lambda: len(stage.sessions) == 2)
        await ready(pilot, app)
        assert notice(app) == ""
        assert "ready" in bar(app, "status")
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)


async def test_a_killed_engine_is_reported_and_restarted_with_a_key(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        stage.session.die()
        await wait_until(pilot, lambda: engine(app) is EngineState.DEAD)
        assert "killed by SIGKILL" in notice(app)
        assert "R starts the engine again" in notice(app)
        stage.solve = digits_run.SOLVE
        await pilot.press("R")
        await ready(pilot, app)
        assert notice(app) == ""
        assert len(stage.sessions) == 2
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)


async def test_an_engine_that_dies_between_two_solves_is_noticed(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        stage.session.die()
        await wait_until(pilot, lambda: engine(app) is EngineState.DEAD)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        assert len(stage.sessions) == 2


async def test_a_missing_model_opens_the_workbench_and_says_what_to_do(stage: Stage) -> None:
    stage.model_error = "tiny [/] is missing\nFetch it: egcfg-tui models pull tiny"
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await wait_until(pilot, lambda: engine(app) is EngineState.ABSENT)
        assert "tiny [/] is missing\nFetch it: egcfg-tui models pull tiny" in notice(app)
        stage.model_error = None
        stage.solve = digits_run.SOLVE
        await pilot.press("R")
        await ready(pilot, app)


async def test_a_failure_that_leaves_the_engine_alive_is_told_without_a_restart(stage: Stage) -> None:
    stage.solve = (*digits_run.BEGIN, SolveFailed(FailureKind.CONTEXT, "the prompt [int] does not fit"))
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.FAILED)
        assert notice(app) == "the prompt [int] does not fit"
        assert engine(app) is EngineState.READY


async def test_an_unexpected_error_in_the_session_does_not_end_the_screen(
    stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    stage.solve = (object(),)  # type: ignore[assignment]
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        stage.session._wait = lambda: 1 / 0  # type: ignore[assignment,method-assign,return-value]
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.FAILED)
        assert "ZeroDivisionError" in notice(app)
    assert "Traceback" in capfd.readouterr().err


async def test_another_exercise_ends_the_solve_in_flight(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("o")
        await wait_until(
            pilot, lambda: app.screen.query("#exercises") and app.screen.query_one(OptionList).options
        )
        await pilot.press("slash", *"brack", "enter")
        await wait_until(pilot, lambda: app.workbench.control.exercise is OTHER)
        assert phase(app) is Phase.IDLE
        assert "Balanced brackets" in bar(app, "title")
        assert "def balanced" in panel(app, "code")


async def test_the_code_is_copied_for_the_terminal_to_keep(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("y")
        assert app.clipboard == ""
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)
        await pilot.press("y")
        assert app.clipboard == digits_run.SOLUTION
        await pilot.press("1", "Y")
        assert "✓✓✓" in app.clipboard


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (200, 60)])
async def test_zoom_gives_any_panel_the_screen_and_takes_it_back(stage: Stage, size: tuple[int, int]) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        for panel in app.workbench.query(LinesPanel):
            if not panel.display:
                continue
            panel.focus()
            await pilot.pause()
            before = panel.size
            await pilot.press("z")
            await pilot.pause()
            assert panel.outer_size.width == size[0], panel
            assert panel.outer_size.height > size[1] - 6, panel
            await pilot.press("z")
            await pilot.pause()
            assert panel.size == before, panel


async def test_panels_turn_by_key(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        for key, name in (("2", "tokens"), ("3", "signal"), ("1", "candidates")):
            await pilot.press(key)
            await pilot.pause()
            shown = {one.id for one in app.workbench.query("#line > LinesPanel") if one.display}
            assert shown == {name}
            assert app.workbench.focused is not None
            assert app.workbench.focused.id == name


async def test_own_keys_replace_the_built_in_ones(stage: Stage) -> None:
    stage.solve = digits_run.SOLVE
    app = stage.app(
        keys=Keymap({"start": "f5"}, problems=("keys.toml, line 3, keys.strat: no such [/] command",))
    )
    async with app.run_test() as pilot:
        await ready(pilot, app)
        assert "press f5 to start." in panel(app, "code").lower()
        await pilot.press("s")
        assert phase(app) is Phase.IDLE
        await pilot.press("f5")
        await wait_until(pilot, lambda: phase(app) is Phase.SOLVED)


@pytest.mark.parametrize("size", [(59, 24), (80, 15), (1, 1), (20, 5)])
async def test_a_terminal_too_small_says_so(stage: Stage, size: tuple[int, int]) -> None:
    app = stage.app()
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        message = app.workbench.query_one("#too-small", Static)
        assert message.display
        assert f"{size[0]}x{size[1]}" in str(message.content)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert not message.display


async def test_quitting_closes_the_session_in_the_middle_of_a_solve(stage: Stage) -> None:
    stage.solve = MID
    app = stage.app()
    async with app.run_test() as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.RUNNING)
        await pilot.press("q")
    assert "close" in stage.session.calls
    assert not app.is_running


HOSTILE = "[/] list[int] \x1b[2J\x1b]0;pwned\x07 \u202e 日本\t" + "x" * 500


async def test_hostile_texts_come_through_every_panel(stage: Stage) -> None:
    exercise = replace(
        EXERCISE, title=HOSTILE, statement=HOSTILE, visible=(CodeTest(HOSTILE),), starter=HOSTILE
    )
    stage.solve = (
        replace(
            digits_run.STARTED, title=HOSTILE, statement=HOSTILE, visible_tests=(HOSTILE,), starter=HOSTILE
        ),
        SolveFailed(FailureKind.MODEL, HOSTILE),
    )
    app = stage.app(exercise)
    async with app.run_test(size=(80, 24)) as pilot:
        await ready(pilot, app)
        await pilot.press("s")
        await wait_until(pilot, lambda: phase(app) is Phase.FAILED)
        picture = app.export_screenshot()
    assert "\x1b" not in picture
    assert "list[int]" in picture
