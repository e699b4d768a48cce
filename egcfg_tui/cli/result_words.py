"""Results in words: of tests, of answers and of whole solves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.cli.styles import BAD, FAINT, GOOD
from egcfg_tui.events import Outcome, ScoredTest, SolveFinished
from egcfg_tui.terminal_text import counted_things, printable

REASONS: Final = {
    Outcome.PASSED: "the visible tests pass",
    Outcome.FAILED: "no answer passed the visible tests",
    Outcome.BUDGET: "the budget is used up",
    Outcome.NOT_JUDGED: "there are no visible tests, and the hidden ones do not all pass",
    Outcome.STOPPED: "stopped",
    Outcome.LENGTH: "the answer did not fit into the context",
    Outcome.THOUGHT: "the model only thought and gave no answer; --thought-tokens allows longer thoughts",
}

NOT_JUDGED: Final = "not judged, as there are no visible tests"


def result_lines(event: SolveFinished) -> list[Text]:
    """The result, the tests that did not pass, and the cost."""
    lines = [Text("solved" if event.solved else f"not solved: {REASONS[event.reason]}")]
    lines[0].stylize("bold green" if event.solved else "bold red")
    for kind, hidden in (("visible", False), ("hidden", True)):
        tests = [test for test in event.tests if test.hidden == hidden]
        if tests:
            passed = sum(test.passed for test in tests)
            count = f"{kind} tests: {passed} of {len(tests)} passed"
            lines.append(Text(count, GOOD if passed == len(tests) else BAD))
    if event.not_run:
        cause = "the solve was stopped" if event.reason is Outcome.STOPPED else "the budget ended"
        lines.append(Text(f"{cause} before {counted_things(event.not_run, 'test')} could be run", BAD))
    lines += fault_lines(event.tests)
    inside = sum(test.result is not None and not test.result.guarded for test in event.tests)
    if inside:
        ran = f"{counted_things(inside, 'test')} ran inside the program's process"
        lines.append(Text(f"{ran}: it could have forged the verdict", FAINT))
    lines.append(
        Text(
            f"{counted_things(event.trials, 'trial')}, {counted_things(event.runs, 'run')}, "
            f"{event.tokens.evaluated} tokens evaluated, {event.wall_s:.1f} s",
            FAINT,
        )
    )
    if len(event.trial_list) > 1:
        lines += [Text(f"  {line}", FAINT) for line in cost_lines(event)]
    return lines


def cost_lines(event: SolveFinished) -> list[str]:
    """Lines on the cost of each kind of trial, and on the trial that passed the visible tests."""
    lines = []
    for method in dict.fromkeys(trial.method for trial in event.trial_list):
        trials = [trial for trial in event.trial_list if trial.method == method]
        tokens = sum(trial.tokens.evaluated for trial in trials)
        wall_s = sum(trial.wall_s for trial in trials)
        lines.append(f"{method}: {counted_things(len(trials), 'trial')}, {tokens} tokens, {wall_s:.1f} s")
    if event.solved_by is not None:
        winner = event.trial_list[event.solved_by - 1]
        lines.append(f"trial {winner.index} passed the visible tests: {winner.method}")
    return lines


def fault_lines(tests: Sequence[ScoredTest]) -> list[Text]:
    """The tests of a solution that did not pass. Of tests with the same reason only the first is shown."""
    reasons: dict[str, list[ScoredTest]] = {}
    for test in tests:
        if test.result is not None and not test.passed:
            reasons.setdefault(why(test.result), []).append(test)
    lines = []
    for reason, same in reasons.items():
        kind = "hidden" if same[0].hidden else "visible"
        more = f"\n    and {len(same) - 1} more in the same way" if len(same) > 1 else ""
        lines.append(Text(f"  {kind} {printable(same[0].test.strip())}\n    {reason}{more}", BAD))
    return lines


def faults(results: Sequence[TestResult]) -> list[Text]:
    """One line for each test that did not pass."""
    return [
        Text(f"  test {number}: {why(result)}", BAD)
        for number, result in enumerate(results, start=1)
        if not result.passed
    ]


def why(result: TestResult) -> str:
    """The verdict, with its reason if there is one."""
    return f"{result.status}: {printable(result.error)}" if result.error else str(result.status)


def judged(results: Sequence[TestResult]) -> str:
    """The result of an answer on the visible tests in words."""
    return counted(results) if results else NOT_JUDGED


def passes(results: Sequence[TestResult]) -> bool:
    """Whether there are results and all of them passed."""
    return bool(results) and all(result.status is Verdict.PASSED for result in results)


def counted(results: Sequence[TestResult]) -> str:
    """`2 of 3 passed`."""
    return f"{sum(result.passed for result in results)} of {len(results)} passed"
