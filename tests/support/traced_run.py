"""The events of the solve in `digits_run`, with traces, values and the signal's parts."""

from __future__ import annotations

from dataclasses import replace

from egcfg_sandbox import TestResult, Trace, TraceEvent
from egcfg_tui.events import (
    CandidateRun,
    CandidatesExecuted,
    CandidatesSampled,
    CodeExecuted,
    Event,
    SignalBuilt,
)
from egcfg_tui.prompting.signal import render_signal
from egcfg_tui.solving.guided.attempts import attempts_of, origins_of, signal_built
from support import digits_run

NAME = "digit_sum"
INPUTS = (0, 1234, -12)


def counting_down(n: int) -> Trace:
    """What `digits_run.COUNTING_DOWN` does; its loop stands on line 3."""
    steps = [
        TraceEvent("call", 1, 0, NAME, (("n", str(n)),)),
        TraceEvent("line", 2, 0, NAME, (("total", "0"),)),
    ]
    total = 0
    while n > 0:
        total += n % 10
        steps.append(TraceEvent("line", 3, 0, NAME))
        steps.append(TraceEvent("line", 4, 0, NAME, (("total", str(total)),)))
        n //= 10
        steps.append(TraceEvent("line", 5, 0, NAME, (("n", str(n)),)))
    steps += [TraceEvent("line", 3, 0, NAME), TraceEvent("return", 3, 0, NAME, (), "None")]
    return Trace(tuple(steps))


def raising(n: int, error: str) -> Trace:
    """A call that raises on its second line."""
    return Trace(
        (
            TraceEvent("call", 1, 0, NAME, (("n", str(n)),)),
            TraceEvent("line", 2, 0, NAME),
            TraceEvent("exception", 2, 0, NAME, (), error),
        )
    )


def returning(n: int) -> Trace:
    """A call that returns the sum from its second line."""
    value = str(sum(int(digit) for digit in str(abs(n))))
    return Trace(
        (
            TraceEvent("call", 1, 0, NAME, (("n", str(n)),)),
            TraceEvent("line", 2, 0, NAME),
            TraceEvent("return", 2, 0, NAME, (), value),
        )
    )


def _traced(source: str, place: int, result: TestResult) -> TestResult:
    n = INPUTS[place]
    if "while" in source:
        return replace(result, trace=counting_down(n), got="None", expected=str(sum(map(int, str(abs(n))))))
    if not result.passed:
        error = (result.error or "").removesuffix(" (line 2)")
        return replace(result, trace=raising(n, error), output="summing\n")
    value = str(sum(map(int, str(abs(n)))))
    return replace(result, trace=returning(n), got=value, expected=value)


def _results(source: str, results: tuple[TestResult, ...]) -> tuple[TestResult, ...]:
    return tuple(_traced(source, place, result) for place, result in enumerate(results))


def _with_traces(events: tuple[Event, ...]) -> tuple[Event, ...]:
    told: list[Event] = []
    sampled: CandidatesSampled | None = None
    executed: CandidatesExecuted | None = None
    for event in events:
        if isinstance(event, CandidatesSampled):
            sampled = event
        elif isinstance(event, CandidatesExecuted):
            runs = tuple(
                CandidateRun(run.candidates, run.source, _results(run.source or "", run.results), run.cached)
                for run in event.runs
            )
            event = executed = replace(event, runs=runs)
        elif isinstance(event, CodeExecuted):
            event = replace(event, results=_results(event.source, event.results), executed=event.source)
        elif isinstance(event, SignalBuilt) and sampled and executed:
            attempts = attempts_of(sampled.candidates, executed.runs)
            signal = render_signal(
                "def digit_sum(n):\n    pass", attempts, 400, lambda text: len(text.split())
            )
            event = signal_built(event.line, event.row, signal, origins_of(event.line, executed.runs))
        told.append(event)
    return tuple(told)


SOLVE = _with_traces(digits_run.SOLVE)
"""A whole solve with its story."""

AT_LINE_3 = _with_traces(
    (
        *digits_run.BEGIN,
        *digits_run.LINE_2_SAMPLED,
        *digits_run.LINE_2_EXECUTED,
        *digits_run.LINE_2_CHOSEN,
        *digits_run.LINE_3_SAMPLED,
        *digits_run.LINE_3_EXECUTED,
    )
)
"""The same up to the runs for line 3."""
