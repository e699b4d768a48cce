"""The demo: its method is nobody's choice, and gives way."""

from __future__ import annotations

import pytest
from support.digits_run import EXERCISE, OTHER
from support.stage import Stage

from egcfg_tui.cli.main import main
from egcfg_tui.exercises import DEMO_ID
from egcfg_tui.solving.methods import DEFAULT_METHOD, DEMO_METHOD, METHODS
from egcfg_tui.tui import app as app_module
from egcfg_tui.tui.app import WorkbenchApp
from egcfg_tui.tui.options import SolveOptions
from egcfg_tui.tui.preferences import default_path


def demo_app(stage: Stage) -> WorkbenchApp:
    app = stage.app(options=SolveOptions(DEMO_METHOD))
    app.workbench.control.is_demo = True
    return app


def test_every_line_of_the_demo_is_guided() -> None:
    assert METHODS[DEMO_METHOD].has_guided_trials


async def test_its_method_is_not_remembered_and_gives_way_to_the_default_with_another_exercise(
    stage: Stage,
) -> None:
    app = demo_app(stage)
    async with app.run_test():
        driver = app.workbench.control
        assert app._choices()["method"] == ""
        driver.open(EXERCISE)
        assert driver.options.method == DEMO_METHOD
        driver.open(OTHER)
        assert driver.options.method == app._choices()["method"] == DEFAULT_METHOD


async def test_a_method_that_the_user_chooses_stays(stage: Stage) -> None:
    app = demo_app(stage)
    async with app.run_test() as pilot:
        driver = app.workbench.control
        await pilot.press("plus")
        assert driver.is_demo
        await pilot.press("m")
        chosen = driver.options.method
        assert chosen != DEMO_METHOD
        driver.open(OTHER)
        assert driver.options.method == app._choices()["method"] == chosen


@pytest.mark.parametrize(
    ("argv", "remembered", "method", "demo"),
    [
        ([], "", DEMO_METHOD, True),
        (["open"], "", DEMO_METHOD, True),
        (["open", DEMO_ID], "", DEFAULT_METHOD, False),
        (["open", "--method", "sample"], "", "sample", False),
        (["open"], 'method = "greedy"', "greedy", False),
        (["open"], 'exercise = "cheer"', DEFAULT_METHOD, False),
    ],
)
def test_only_a_start_without_any_choice_is_the_demo(
    argv: list[str], remembered: str, method: str, demo: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, object] = {}

    def run_app(_find: object, _exercise: object, options: SolveOptions, **more: object) -> None:
        asked.update(more, method=options.method)

    monkeypatch.setattr(app_module, "run_app", run_app)
    if remembered:
        default_path().parent.mkdir(parents=True)
        default_path().write_text(remembered, encoding="utf-8")
    assert main(argv) == 0
    assert (asked["method"], asked["demo"]) == (method, demo)
