"""The greedy trial: one answer, line by line, without candidates and without guidance."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from egcfg_tui.events import Event, LineChosen, Stage
from egcfg_tui.solving.lines import GuidedLine, finish_line
from egcfg_tui.solving.loops import repeats_itself
from egcfg_tui.solving.settings import Settings
from egcfg_tui.solving.workbench import Workbench


def greedy_trial(bench: Workbench, settings: Settings) -> Iterator[Event]:
    """One answer, always the most likely token."""
    yield bench.meter.enter(Stage.LINE)
    code = bench.prompt.starter
    room = settings.max_tokens
    with bench.start.fork() as branch:
        for number in count(1):
            line = GuidedLine(bench.engine, bench.exercise, code, number, 0.0, room)
            yield from finish_line(line, bench.meter, branch, None)
            code = bench.draft = code + line.text
            room -= len(line.tokens)
            yield LineChosen(number, line.text, code, 0.0, tuple(line.choices))
            bench.control.line_chosen()
            if line.ended:
                break
            if settings.stop_loops and repeats_itself(code):
                return
    yield bench.meter.enter(Stage.RUNS)
    yield from bench.execute_answer(code)
