"""The greedy trial: one answer, line by line, without candidates and without guidance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from egcfg_tui.events import Event, LineChosen, LineGrown, Stage
from egcfg_tui.solving.lines import GuidedLine
from egcfg_tui.solving.loops import repeats_itself
from egcfg_tui.solving.meter import Purpose
from egcfg_tui.solving.sample_tree import SampleTree
from egcfg_tui.solving.sampling import TopTokens, top_tokens
from egcfg_tui.solving.settings import Settings
from egcfg_tui.solving.workbench import Workbench


def greedy_trial(bench: Workbench, settings: Settings, tree: SampleTree | None = None) -> Iterator[Event]:
    """One answer, always the most likely token.

    What was evaluated for it is left to `tree`: samples that begin alike need not evaluate it again.
    """
    yield bench.meter.enter(Stage.LINE)
    code = bench.prompt.starter
    # An answer longer than the cache would end in its middle, without a run.
    max_tokens = min(settings.max_tokens, bench.engine.free_tokens)
    branch = bench.start.fork()
    tokens: list[int] = []
    tops: list[TopTokens] = []
    try:
        for number in count(1):
            room = max_tokens - len(tokens)
            line = GuidedLine(bench.engine, bench.exercise, code, number, 0.0, room)
            while not line.over:
                yield from bench.meter.evaluate_pending()
                row = branch.logits()
                tops.append(top_tokens(row))
                token = line.choose(row, None)
                if line.take(token, row, None, verified=False):
                    branch.prompt([token])
                    bench.meter.count(Purpose.DECODED, 1)
                yield LineGrown(number, line.text)
            code = bench.draft = code + line.text
            tokens += line.tokens
            yield LineChosen(number, line.text, code, 0.0, tuple(line.choices))
            bench.control.line_chosen()
            if line.ended:
                break
            if settings.stop_loops and repeats_itself(code):
                return
        yield bench.meter.enter(Stage.RUNS)
        yield from bench.execute_answer(code)
    finally:
        if tree is not None:
            tree.learn(branch, tokens, tops)
        else:
            branch.close()
