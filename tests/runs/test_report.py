"""A run as a Markdown report."""

from __future__ import annotations

import dataclasses

from support.digits_run import EXERCISE, LOADING, SOLUTION, SOLVE

from egcfg_tui.events import FailureKind, SolveFailed, SolveFinished
from egcfg_tui.runs import RecordedModel, Recording, TimedEvent, header_for
from egcfg_tui.runs.report import markdown, solution_of
from egcfg_tui.solving.request.solve_request import SolveRequest

HEADER = header_for(SolveRequest(EXERCISE), RecordedModel("tiny-coder"))
EVENTS = tuple(event for event in (*LOADING, *SOLVE) if not event.transient)


def recording(*events, header=HEADER) -> Recording:
    """A recording that was read."""
    return Recording(header, tuple(TimedEvent(float(at), event) for at, event in enumerate(events)), False)


def test_the_report_tells_result_solution_tests_and_trials() -> None:
    text = markdown(recording(*EVENTS))
    assert text.startswith("# Sum of digits\n\n**Solved:** 5 of 5 tests pass")
    assert f"```python\n{SOLUTION.rstrip()}\n```" in text
    assert "| `assert digit_sum(999_999) == 54` | hidden | passed |" in text
    assert "(the answer)" in text
    assert solution_of(recording(*EVENTS)) == SOLUTION


def test_the_report_names_the_tokens_that_guidance_changed() -> None:
    assert "## Where guidance changed the choice" in markdown(recording(*EVENTS))


def test_a_run_without_an_end_says_so() -> None:
    assert "**Unfinished:**" in markdown(recording(*EVENTS[:-1]))
    assert solution_of(recording(*EVENTS[:-1])) == ""


def test_a_failed_run_gives_its_reason() -> None:
    failed = SolveFailed(FailureKind.MODEL, "no *model*; `pull` one")
    assert r"no \*model\*; \`pull\` one" in markdown(recording(*LOADING, failed))


def test_code_with_fences_and_pipes_stays_code() -> None:
    end = next(event for event in EVENTS if isinstance(event, SolveFinished))
    code = 'def f():\n    """\n    ```\n    """\n'
    text = markdown(recording(*EVENTS[:-1], dataclasses.replace(end, solution=code)))
    assert f"````python\n{code}````" in text
