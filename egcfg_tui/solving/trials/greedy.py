"""The greedy trial: one answer, line by line, without candidates and without guidance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Final

from egcfg_tui.engine.api import Logits
from egcfg_tui.events import Event, Stage
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.sampling import TopTokens, top_tokens
from egcfg_tui.solving.guided.branch_pair import BranchPair
from egcfg_tui.solving.guided.line import GuidedLine, finish_line
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.text.repetition import repeats_itself
from egcfg_tui.solving.trials.sample_tree import Samples, SampleTree
from egcfg_tui.solving.trials.schedules import Past, PlannedTrial, once

NAME: Final = "greedy"


def plan(request: SolveRequest, _guided: tuple[Settings, ...], past: Past) -> PlannedTrial | None:
    """One trial."""
    return once(NAME, request, past)


def trial(context: SolveContext, planned: PlannedTrial, samples: Samples) -> Iterator[Event]:
    """The greedy trial. If the method also samples, its evaluated tokens are given to the samples."""
    return greedy_trial(context, planned.settings, samples.tree(planned.settings) if planned.shares else None)


def greedy_trial(
    context: SolveContext, settings: Settings, tree: SampleTree | None = None
) -> Iterator[Event]:
    """One answer that always takes the most likely token.

    The evaluated tokens are given to `tree`, so that samples that begin alike need not evaluate them again.
    """
    yield context.meter.enter(Stage.LINE)
    code = context.prompt.starter
    # An answer longer than the cache would be interrupted and never run.
    max_tokens = min(settings.max_tokens, context.engine.free_tokens)
    pair = BranchPair(context.start.fork())
    tokens: list[int] = []
    tops: list[TopTokens] = []

    def likeliest(row: Logits, _at: int) -> int:
        tops.append(top_tokens(row))
        return int(tops[-1].tokens[0])

    try:
        for number in count(1):
            room = max_tokens - len(tokens)
            line = GuidedLine(context.engine, context.exercise, code, number, 0.0, room, sampler=likeliest)
            yield from finish_line(line, context.meter, pair)
            code = context.code_so_far = code + line.text
            tokens += line.tokens
            yield line.chosen
            context.inbox.line_chosen()
            if line.ended:
                break
            if settings.stop_loops and repeats_itself(code):
                return
        yield context.meter.enter(Stage.RUNS)
        yield from context.execute_answer(code)
    finally:
        if tree is not None:
            tree.learn(pair.unconditional, tokens, tops)
        else:
            pair.close()
