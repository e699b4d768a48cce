"""A method is one module and one row: then the command line, the screen and the solver know it."""

from __future__ import annotations

import importlib
import time
from dataclasses import replace

import pytest
from support import digits_run, toy_method
from support.fake_session import Hold
from support.stage import Stage, wait_until
from support.total import EXERCISE

from egcfg_sandbox import Sandbox
from egcfg_tui.cli import solving_options
from egcfg_tui.cli.errors import CommandError
from egcfg_tui.cli.parser import CommandParser
from egcfg_tui.engine.fake import FakeEngine, hashed
from egcfg_tui.events import SolveFinished, SolveStarted, TrialStarted
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.methods import METHODS, Method
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve
from egcfg_tui.tui.palette import entries
from egcfg_tui.tui.widgets.lines import LinesPanel


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Method:
    """The row, in the table for one test."""
    monkeypatch.setitem(METHODS, "toy", toy_method.ROW)
    return toy_method.ROW


def parser() -> CommandParser:
    made = CommandParser(prog="egcfg-tui solve")
    solving_options.add_solving_options(made)
    return made


def test_the_command_line_offers_it(toy: Method) -> None:
    text = " ".join(parser().format_help().split())
    assert "--method auto|egcfg|sample|mutate|greedy|toy" in text
    assert toy.help in text
    assert parser().parse(["--method", "toy"]).method == "toy"


def test_what_is_no_method_is_told_with_those_there_are(toy: Method) -> None:
    with pytest.raises(CommandError, match=r"'tox' is not one of auto, .*, toy; did you mean toy\?"):
        parser().parse(["--method", "tox"])


def test_a_solve_runs_it(toy: Method) -> None:
    inbox = CommandInbox(budget_s=60, clock=time.monotonic)
    with Sandbox() as sandbox:
        events = list(solve(FakeEngine(hashed(1)), sandbox, SolveRequest(EXERCISE, "toy"), inbox))
    end = events[-1]
    assert isinstance(end, SolveFinished)
    assert end.solved
    assert [trial.method for trial in end.trial_list] == ["toy"]


async def test_the_screen_offers_it_and_says_what_it_has_nothing_of(toy: Method, stage: Stage) -> None:
    started = next(event for event in digits_run.SOLVE if isinstance(event, SolveStarted))
    trial = TrialStarted(1, "toy", "", 1.0)
    stage.solve = (replace(started, method="toy"), trial, *digits_run.LINE_2_CHOSEN, Hold())
    app = stage.app()
    async with app.run_test(size=(140, 50)) as pilot:
        await wait_until(pilot, lambda: stage.sessions and stage.session.alive)
        assert any(entry.title.startswith("Method toy: ") for entry in entries(app, app.workbench))
        await pilot.press("m", "m", "m", "m", "m")
        assert app.workbench.control.options.method == "toy"
        await pilot.press("s")
        await wait_until(pilot, lambda: stage.session.waiting and app.workbench.control.view.trials[0].lines)
        assert stage.session.calls[0].method == "toy"  # type: ignore[attr-defined]
        await pilot.press("up", "u")
        shown = " ".join(word for panel in app.workbench.query(LinesPanel) for word in panel.plain.split())
        assert "A toy has no candidates." in shown
        assert "A toy has no signal." in shown
        assert [note.message for note in app._notifications] == ["A toy never goes back."]


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
def test_a_row_names_what_there_is(method: Method) -> None:
    module = importlib.import_module(method.module)
    assert callable(module.plan)
    assert callable(module.trial) if not method.trials else set(method.trials) <= METHODS.keys()


@pytest.fixture
def stage() -> Stage:
    return Stage()
