"""A solve ends soon after its budget, and says how many tests were not run."""

from __future__ import annotations

from support.stand_in import Saying

from egcfg_tui.cli.exit_codes import ExitCode

SLEEPER = "import time\ndef f(a, b):\n    time.sleep(60)\n    return a + b\n```\n"
TESTS = 20


def exercise() -> str:
    """An exercise whose answer is right, but too slow for this many tests."""
    tests = "\n".join(
        f'[[{kind}]]\ncode = "assert f({number}, {number}) == {2 * number}"'
        for kind in ("visible", "hidden")
        for number in range(TESTS)
    )
    return f'title = "Many"\nstatement = "Add."\nentry_point = "f"\n{tests}\n'


def test_an_answer_that_sleeps_in_every_test_does_not_hold_the_solve_up(saying: Saying) -> None:
    outcome = saying.solve(SLEEPER, exercise(), "--budget", "1")
    assert outcome.code == ExitCode.NOT_SOLVED
    assert "not solved: the budget is used up" in outcome.stderr
    # At 3 s per test all of them would take a minute.
    result = saying.result(SLEEPER, exercise(), "--budget", "1")
    assert sum(test["status"] == "not_run" for test in result["tests"]) > TESTS
    assert result["wall_s"] < TESTS
    assert result["solution"] == SLEEPER.removesuffix("```\n")
