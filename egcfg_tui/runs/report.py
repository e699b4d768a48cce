"""A recorded run as a Markdown report: the request, the result, and each trial."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TypeVar

from egcfg_tui.events import (
    EngineLoaded,
    Event,
    LineChosen,
    ScoredTest,
    SolveFailed,
    SolveFinished,
    TrialStarted,
)
from egcfg_tui.runs.schema import Header, Recording

_E = TypeVar("_E", bound=Event)


def solution_of(recording: Recording) -> str:
    """The final solution of the run; empty if the run did not come to its end."""
    end = _last(recording, SolveFinished)
    return end.solution if end is not None else ""


def markdown(recording: Recording) -> str:
    """The report as Markdown text."""
    return "\n".join(_lines(recording)).rstrip() + "\n"


def _lines(recording: Recording) -> Iterator[str]:
    header, end = recording.header, _last(recording, SolveFinished)
    yield f"# {_text(header.exercise.title or header.exercise.id)}"
    yield ""
    yield _summary(recording, end)
    yield ""
    yield from _asked(header, _last(recording, EngineLoaded))
    yield "## Exercise"
    yield ""
    yield header.exercise.task.strip()
    yield ""
    if end is not None and end.solution.strip():
        yield "## Solution" if end.solved else "## Best answer"
        yield ""
        yield from _fenced(end.solution)
    if end is not None and end.tests:
        yield from _tests(end.tests)
    if end is not None and end.trial_list:
        yield from _trials(end)
    yield from _guided_choices([timed.event for timed in recording.events])


def _summary(recording: Recording, end: SolveFinished | None) -> str:
    failed = _last(recording, SolveFailed)
    if failed is not None:
        return f"**Not carried out:** {_text(failed.message)}"
    if end is None:
        return "**Unfinished:** the recording ends before the solve did."
    passed = sum(test.passed for test in end.tests)
    tests = f"{passed} of {len(end.tests)} tests pass" if end.tests else "no test was run"
    word = "Solved" if end.solved else f"Not solved ({end.reason})"
    return f"**{word}:** {tests}, {end.wall_s:.1f} s, {end.tokens.evaluated} tokens, {end.runs} runs."


def _asked(header: Header, loaded: EngineLoaded | None) -> Iterator[str]:
    request, machine = header.request, header.machine
    backend = f" on {loaded.backend}" if loaded else ""
    yield "| | |"
    yield "|---|---|"
    yield f"| exercise | {_cell(header.exercise.source or header.exercise.id)} |"
    yield f"| model | {_cell(request.model.name)}{_cell(backend)} |"
    settings = f"{request.settings.to_string()}, gamma {request.settings.gamma:g}"
    yield f"| method | {_cell(str(request.method))}, {settings} |"
    yield f"| seed, budget | {request.seed}, {request.budget_s:g} s |"
    yield f"| recorded | {_cell(header.created)} by egcfg-tui {_cell(header.version)} |"
    yield f"| machine | {_cell(machine.processor or machine.architecture)}, {machine.cores} cores |"
    yield ""


def _tests(tests: Sequence[ScoredTest]) -> Iterator[str]:
    yield "## Tests"
    yield ""
    yield "| test | | verdict | reason |"
    yield "|---|---|---|---|"
    for test in tests:
        kind = "hidden" if test.hidden else "visible"
        status, error = (test.result.status, test.result.error) if test.result else ("not run", None)
        yield f"| {_code(test.test)} | {kind} | {status} | {_cell(error or '')} |"
    yield ""


def _trials(end: SolveFinished) -> Iterator[str]:
    yield "## Trials"
    yield ""
    yield "| trial | method | settings | gamma | outcome | seconds | tokens | runs |"
    yield "|---:|---|---|---:|---|---:|---:|---:|"
    for trial in end.trial_list:
        mark = " (the answer)" if trial.index == end.solved_by else ""
        yield (
            f"| {trial.index} | {_cell(trial.method)} | {_cell(trial.settings)} | {trial.gamma:g} | "
            f"{trial.outcome}{mark} | {trial.wall_s:.1f} | {trial.tokens.evaluated} | {trial.runs} |"
        )
    yield ""


def _guided_choices(events: Sequence[Event]) -> Iterator[str]:
    """The tokens that differ from the choice of the model without guidance, by trial and line."""
    rows: list[str] = []
    trial = 0
    for event in events:
        if isinstance(event, TrialStarted):
            trial = event.index
        elif isinstance(event, LineChosen):
            rows += [
                f"| {trial} | {_code(event.text)} | {_code(token.text)} | {_code(token.instead)} | "
                f"{token.unconditional:.2f} | {token.guided:.2f} |"
                for token in event.tokens
                if token.instead is not None
            ]
    if rows:
        yield "## Where guidance changed the choice"
        yield ""
        yield "| trial | line | chosen | the model alone | probability alone | guided |"
        yield "|---:|---|---|---|---:|---:|"
        yield from rows
        yield ""


def _last(recording: Recording, kind: type[_E]) -> _E | None:
    found = [timed.event for timed in recording.events if isinstance(timed.event, kind)]
    return found[-1] if found else None


def _fenced(code: str) -> list[str]:
    """A code block whose fence is longer than any run of backticks in the code."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}python", code.rstrip(), fence, ""]


def _code(text: str) -> str:
    """Inline code in the cell of a table."""
    flat = " ".join(text.split()) or text.encode("unicode_escape").decode()
    longest = max((len(run) for run in re.findall(r"`+", flat)), default=0)
    ticks = "`" * (longest + 1)
    space = " " if flat.startswith("`") or flat.endswith("`") else ""
    return f"{ticks}{space}{flat}{space}{ticks}".replace("|", "\\|")


def _cell(text: str) -> str:
    return _text(" ".join(text.split())).replace("|", "\\|")


def _text(text: str) -> str:
    """Text with Markdown's special characters escaped."""
    return re.sub(r"([\\`*_\[\]<>])", r"\\\1", text)
