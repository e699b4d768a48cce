"""The workbench with an exercise that has no visible tests."""

from __future__ import annotations

from support.stage import Stage, wait_until

from egcfg_sandbox import CodeTest
from egcfg_tui.events import CodeExecuted, Outcome, SolveStarted, TokenCounts, TrialFinished, TrialStarted
from egcfg_tui.exercises import Exercise, ExerciseKind
from egcfg_tui.exercises.visibility import NOTHING_STEERS
from egcfg_tui.tui.widgets.lines import LinesPanel


async def test_the_workbench_says_so_before_the_start_and_in_the_trials(stage: Stage) -> None:
    hidden = CodeTest("assert add(1, 2) == 3")
    exercise = Exercise("add", "Add", "Write add.", ExerciseKind.FUNCTION, "add", (), (hidden,))
    code = "def add(a, b):\n    return a - b\n"
    stage.solve = (
        SolveStarted("add", "Add", "Write add.", (), 1, "", "greedy", "tiny", 0, 60.0, "", 1.0),
        TrialStarted(1, "greedy", "", 1.0),
        CodeExecuted(code, (), False),
        TrialFinished(1, Outcome.NOT_JUDGED, code, 1.0, TokenCounts()),
    )
    app = stage.app(exercise)
    async with app.run_test(size=(160, 40)) as pilot:
        await wait_until(pilot, lambda: app.workbench.control.view.engine.load_s)
        tests = app.workbench.query_one("#tests", LinesPanel)
        assert NOTHING_STEERS.split(".")[0] in " ".join(tests.plain.split())
        assert "1 hidden, run at the end" in tests.plain
        await pilot.press("s")
        trials = app.workbench.query_one("#trials", LinesPanel)
        await wait_until(pilot, lambda: "not judged" in trials.plain)
        assert "0/0" not in trials.plain
