"""The sampling trial: whole answers, sampled side by side and filtered by the visible tests."""

from __future__ import annotations

from collections.abc import Iterator

from egcfg_tui.events import CandidatesSampled, Event, Stage
from egcfg_tui.solving.candidates import CandidatePool
from egcfg_tui.solving.settings import Settings
from egcfg_tui.solving.workbench import Workbench

_WHOLE_ANSWER_LINES = 10_000


def sample_trial(bench: Workbench, settings: Settings, seed: tuple[int, ...]) -> Iterator[Event]:
    """A batch of whole answers, sampled side by side and filtered by the visible tests."""
    yield bench.meter.enter(Stage.CANDIDATES)
    starter = bench.prompt.starter
    with CandidatePool(bench.engine, bench.meter, bench.exercise, settings, seed, keep_rows=False) as pool:
        samples = yield from pool.fill(bench.start, starter, _WHOLE_ANSWER_LINES)
    yield CandidatesSampled(1, tuple(samples))
    yield bench.meter.enter(Stage.RUNS)
    for candidate in samples:
        yield from bench.execute_answer(starter + candidate.text)
        if bench.solved:
            return
