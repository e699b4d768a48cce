"""What a solve tells while it runs, as short lines: one event, at most a few lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.text import Text

from egcfg_sandbox import TestResult, Verdict
from egcfg_tui.cli.printable import printable
from egcfg_tui.events import (
    CandidatesExecuted,
    CodeExecuted,
    EngineLoaded,
    Event,
    GammaChanged,
    LineChosen,
    LinesRewound,
    ScoredTest,
    SettingsLeftOut,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    TrialFinished,
    TrialStarted,
)
from egcfg_tui.solving.request.fitting import left_out
from egcfg_tui.solving.request.settings import Method

GOOD: Final = "green"
BAD: Final = "red"
FAINT: Final = "dim"

REASONS: Final = {
    "passed": "the visible tests pass",
    "failed": "no answer passed the visible tests",
    "budget": "the budget is used up",
    "stopped": "stopped",
    "length": "the answer outgrew the context",
}


def narration(event: Event) -> list[Text]:
    """The lines for one event, its line a row of the code (`rows`); most events have none."""
    match event:
        case EngineLoaded():
            return [Text(loaded_line(event), FAINT)]
        case SolveStarted():
            starter = enumerate(code_lines(event.starter), 1) if event.starter else ()
            return [
                Text(f"solving {printable(event.exercise_id)} with {settings_line(event)}", FAINT),
                *(Text(f"{row:4} │ {part}", FAINT) for row, part in starter),
            ]
        case SettingsLeftOut():
            return [Text(left_out(event), FAINT)]
        case TrialStarted(index=index, method=method) if index > 1:
            started = f", from {counted_things(event.attempts, 'failed answer')}" if event.attempts else ""
            of = method_line(event) if method == Method.EGCFG else method
            return [Text(f"trial {index}: {of}{started}", FAINT)]
        case CandidatesExecuted(line=line, runs=runs):
            passed = sum(passes(run.results) for run in runs)
            word = "run" if len(runs) == 1 else "runs"
            return [Text(f"line {line}: {len(runs)} {word}, {passed} passed all visible tests", FAINT)]
        case LineChosen(line=line, text=text) if text:
            return [Text(f"{row:4} │ {part}") for row, part in enumerate(chosen_lines(event), line)]
        case CodeExecuted(results=results, passed=passed):
            return [Text(f"answer: {counted(results)}", GOOD if passed else BAD), *faults(results)]
        case TrialFinished(index=index, outcome=outcome, wall_s=wall_s):
            return [Text(f"trial {index}: {outcome} after {wall_s:.1f} s", FAINT)]
        case SolvePaused():
            return [Text("paused")]
        case SolveResumed():
            return [Text("resumed")]
        case GammaChanged(gamma=gamma):
            return [Text(f"gamma is now {gamma:g}")]
        case LinesRewound(line=line):
            return [Text(f"back to line {line}")]
        case SolveFinished():
            return result_lines(event)
        case _:
            return []


def loaded_line(event: EngineLoaded) -> str:
    """The model, where it computes, and its room."""
    return (
        f"model {printable(event.model)} ({printable(event.description)}, {event.backend}, "
        f"context of {event.context_tokens} tokens) loaded in {event.load_s:.1f} s"
    )


def settings_line(event: SolveStarted) -> str:
    """Method and settings in one line."""
    return f"{method_line(event)}, seed {event.seed}, budget {event.budget_s:g} s"


def method_line(event: SolveStarted | TrialStarted) -> str:
    """The method with those settings that it heeds."""
    match event.method:
        case Method.AUTO | Method.GREEDY:
            return event.method
        case Method.SAMPLE:
            return f"{event.method} {event.settings}"
        case _:
            grid = event.grid if isinstance(event, SolveStarted) else 1
            more = f" and {counted_things(grid - 1, 'other setting')}" if grid > 1 else ""
            return f"{event.method} {event.settings}, gamma {event.gamma:g}{more}"


def result_lines(event: SolveFinished) -> list[Text]:
    """The result, the tests that did not pass, and the cost."""
    lines = [Text("solved" if event.solved else f"not solved: {REASONS.get(event.reason, event.reason)}")]
    lines[0].stylize("bold green" if event.solved else "bold red")
    visible = [test.result for test in event.tests if not test.hidden]
    hidden = [test.result for test in event.tests if test.hidden]
    if visible:
        lines.append(Text(f"visible tests: {counted(visible)}", GOOD if passes(visible) else BAD))
    if hidden:
        lines.append(Text(f"hidden tests: {counted(hidden)}", GOOD if passes(hidden) else BAD))
    lines += fault_lines(event.tests)
    inside = sum(not test.result.guarded for test in event.tests)
    if inside:
        lines.append(
            Text(
                f"{counted_things(inside, 'test')} ran inside the program's process: unguarded verdicts",
                FAINT,
            )
        )
    lines.append(
        Text(
            f"{counted_things(event.trials, 'trial')}, {counted_things(event.runs, 'run')}, "
            f"{event.tokens.evaluated} tokens evaluated, {event.wall_s:.1f} s",
            FAINT,
        )
    )
    if len(event.trial_list) > 1:
        lines += [Text(f"  {line}", FAINT) for line in account(event)]
    return lines


def account(event: SolveFinished) -> list[str]:
    """What each kind of trial cost, and which trial passed the visible tests."""
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


def counted_things(count: int, name: str) -> str:
    """`1 run`, `2 runs`."""
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def fault_lines(tests: Sequence[ScoredTest]) -> list[Text]:
    """The tests of a solution that did not pass; of those with the same reason, the first."""
    reasons: dict[str, list[ScoredTest]] = {}
    for test in tests:
        if not test.result.passed:
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
    """The verdict, and its reason where there is one."""
    return f"{result.status}: {printable(result.error)}" if result.error else str(result.status)


def passes(results: Sequence[TestResult]) -> bool:
    """Whether there are results and all of them passed."""
    return bool(results) and all(result.status is Verdict.PASSED for result in results)


def counted(results: Sequence[TestResult]) -> str:
    """`2 of 3 passed`."""
    return f"{sum(result.passed for result in results)} of {len(results)} passed"


def chosen_lines(event: LineChosen) -> list[str]:
    """The whole source line a choice completed.

    The text of a choice usually ends with the newline and the indent of the line after it, as tokens join
    them; so its own indent is at the end of the code before it.
    """
    before = event.code.removesuffix(event.text)
    return code_lines(open_line(before) + event.text.rstrip())


def open_line(code: str) -> str:
    """What already stands on the last line of the code."""
    return code.rpartition("\n")[2]


def one_line(text: str) -> str:
    """A text that is still growing, its line breaks shown as arrows."""
    return text.rstrip().replace("\n", " ↵ ")


def code_lines(text: str) -> list[str]:
    """The lines of a piece of code, safe for a terminal; an empty piece is one empty line."""
    return printable(text).rstrip("\n").split("\n")
