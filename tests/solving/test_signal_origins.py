"""Every part of a signal leads to the run that it was made of."""

from __future__ import annotations

import time

from support.total import EXERCISE, MARKER, WRONG

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import CandidatesExecuted, CodeExecuted, SignalBuilt, TrialStarted
from egcfg_tui.prompting.signal_parts import PartKind
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve


def test_the_lines_a_signal_quotes_stand_in_the_program_that_its_origin_names(sandbox: Sandbox) -> None:
    other = WRONG.replace("result = x", "result -= x")
    engine = FakeEngine(scripted(lambda _prompt: [(WRONG, 0.6), (other, 0.4)], MARKER))
    chosen = Settings(temperature=0.9, gamma=0.0, horizon=2, candidates=3)
    inbox = CommandInbox(budget_s=60, clock=time.monotonic)
    programs: dict[tuple[int, int], str | None] = {}
    answers, lines = 0, set[int]()
    for event in solve(engine, sandbox, SolveRequest(EXERCISE, "auto", chosen, budget_s=60), inbox):
        if len(lines) > 2:
            break
        if isinstance(event, TrialStarted):
            programs = {key: source for key, source in programs.items() if key[0] == 0}
        elif isinstance(event, CandidatesExecuted):
            programs |= {(event.line, at): run.source for at, run in enumerate(event.runs)}
        elif isinstance(event, CodeExecuted):
            programs[0, answers] = event.executed
            answers += 1
        elif isinstance(event, SignalBuilt):
            for part in event.parts:
                if part.kind is PartKind.CODE:
                    origin = event.origins[part.attempt or 0]
                    source = programs[origin.line, origin.run]
                    assert source is not None
                    assert event.text[part.start : part.end].strip("\n") in source.split("\n")
                    lines.add(origin.line)
    assert 0 in lines
    assert len(lines) > 2
