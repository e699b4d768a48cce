"""The sampling trial: one round of samples, filtered by the visible tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from egcfg_tui.events import Candidate, CandidatesSampled, CodeExecuted, Event, Stage
from egcfg_tui.solving.commands import Interrupted
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.meter import ContextFull
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.text.rows import next_row
from egcfg_tui.solving.trials.sample_tree import Samples, SampleTree
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial

NAME: Final = "sample"

ROUND: Final = 8
"""How many distinct answers a round of samples has."""

_WIDTHS: Final = ((4, 4), (12, 8))
_CPU_WIDTH: Final = 16
_GPU_WIDTH: Final = 32


def plan(request: SolveRequest, _guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """Another round of the same tree of samples, until that gives nothing new."""
    return None if past.exhausted else PlannedTrial(NAME, request.settings, (request.seed, 0))


def trial(context: SolveContext, planned: PlannedTrial, samples: Samples) -> Iterator[Event]:
    """One round."""
    return sample_trial(context, samples.tree(planned.settings), ROUND)


def batch_width(answers: int, backend: str) -> int:
    """How many samples to draw in one batch after `answers` distinct wrong answers.

    On a CPU a wide batch evaluates more tokens per second, but a narrow one gives its first answer sooner,
    and an early answer is more often right. On a GPU the width costs almost nothing.
    """
    if backend != "cpu":
        return _GPU_WIDTH
    return next((width for fewer_than, width in _WIDTHS if answers < fewer_than), _CPU_WIDTH)


def sample_trial(context: SolveContext, tree: SampleTree, answers: int) -> Iterator[Event]:
    """Samples until there are `answers` new distinct answers, one passes, or the tree is exhausted.

    A round also ends when half of the budget is used up, because mutants may be due then. Every answer is
    executed as soon as it ends, so that the first one that passes ends the round. Unfinished samples go on in
    the next round of the tree.
    """
    yield context.meter.enter(Stage.CANDIDATES)
    samples: list[Candidate] = []
    executed: list[CodeExecuted] = []

    def round_events() -> Iterator[Event]:
        if samples:
            yield CandidatesSampled(1, next_row(context.prompt.starter), tuple(samples))
            yield context.meter.enter(Stage.RUNS)
            yield from executed

    try:
        late = context.inbox.late
        while len(samples) < answers and not context.solved and not tree.exhausted:
            if context.inbox.late and not late:
                break
            width = batch_width(len(context.failures), context.engine.info.backend)
            for sample in (yield from tree.step(width)):
                event = context.judge(sample.code)
                if event is None:
                    continue
                samples.append(Candidate(len(samples), sample.text, sample.tokens, sample.complete))
                executed.append(event)
                if event.passed:
                    break
    except (Interrupted, ContextFull):
        yield from round_events()
        raise
    yield from round_events()
