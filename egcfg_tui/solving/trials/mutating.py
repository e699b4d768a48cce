"""The mutating trial: programs one small change away from the answers that failed, filtered by the tests.

The method alternates it with rounds of samples. A run is much cheaper than the tokens of an answer, and a
nearly right answer is often one change away from a right one (docs/results.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from egcfg_sandbox import Test, Verdict
from egcfg_tui.events import Event, Stage
from egcfg_tui.solving.context import Answer, SolveContext
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.trials import sampling
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial

NAME: Final = "mutate"

LEAST_TESTS: Final = 3
"""With fewer visible tests most mutants that pass are wrong: 19 of 23 with one test (docs/results.md)."""

ENOUGH: Final = 24
"""After so many distinct failed answers mutants are due, or after half of the budget.

They are not earlier, because of the answers that pass three tests more mutants than samples are wrong.
"""

_AT_ONCE: Final = 32
_MOST_S: Final = 0.2
"""A changed condition often makes a loop endless, and most tests take milliseconds."""

_MOST_TIMEOUTS: Final = 16
"""After so many runs without an end a trial is over."""


def plan(request: SolveRequest, guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """Rounds of samples; once mutants are due, one trial with mutants before each round."""
    tested = len(request.exercise.visible) >= LEAST_TESTS
    due = tested and (past.exhausted or past.late or past.answers >= ENOUGH)
    if due and past.mutable and past.last != NAME:
        return PlannedTrial(NAME, request.settings, (request.seed,))
    return sampling.plan(request, guided, past)


def trial(context: SolveContext, _planned: PlannedTrial, _samples: Samples) -> Iterator[Event]:
    """Runs mutants of the best failed answers, until one passes every test.

    The solve may run one mutant for every second token evaluated so far, so that they take a small part of
    its time on any machine. A mutant first runs the first test that its answer failed. One that passes more
    tests than its answer becomes an answer itself, so that later trials change it further.
    """
    yield context.meter.enter(Stage.RUNS)
    halt_reason = context.inbox.halt_reason
    left, timeouts = context.meter.tokens.evaluated // 2 - context.mutants.taken, 0
    for answer in context.failures:
        test = _failed_test(context, answer)
        while batch := context.mutants.take(answer.source, min(left, _AT_ONCE)):
            left -= len(batch)
            verdicts = context.cache.verdicts(batch, test, _MOST_S, halt_reason)
            timeouts += verdicts.count(Verdict.TIMEOUT)
            verdict_of = zip(batch, verdicts, strict=True)
            mended = [mutant for mutant, verdict in verdict_of if verdict is Verdict.PASSED]
            yield from _kept(context, answer, mended)
            if context.solved or timeouts >= _MOST_TIMEOUTS:
                return


def _kept(context: SolveContext, answer: Answer, mended: list[str]) -> Iterator[Event]:
    """Judges those mutants that pass more tests than their answer, up to one that passes all."""
    for mutant in mended:
        report = context.cache.execute([mutant], context.inbox.halt_reason)[0]
        if sum(result.passed for result in report.results) > answer.passed_tests:
            event = context.judge(mutant)
            if event is not None:
                yield replace(event, mutant_of=answer.source)
            if context.solved:
                return


def _failed_test(context: SolveContext, answer: Answer) -> Test:
    rows = zip(context.exercise.visible, answer.results, strict=True)
    return next(test for test, result in rows if not result.passed)
