"""Each distinct program is run once; a stop among the runs unwinds the solve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from egcfg_sandbox import CodeTest, Limits, Program, Report, Verdict
from egcfg_tui.solving.control import Interrupted
from egcfg_tui.solving.execution import RunCache


class CountingSandbox:
    """Passes everything; a stop leaves the first `finished` programs."""

    def __init__(self, finished: int | None = None) -> None:
        self.finished = finished
        self.ran: list[str] = []

    def run_many(self, programs: Sequence[Program], should_stop: Callable[[], bool]) -> list[Report]:
        done = programs[: self.finished] if should_stop() else programs
        self.ran += [program.source for program in done]
        return [Report(Verdict.PASSED) for _program in done]


def cache_over(sandbox: Any) -> RunCache:
    return RunCache(sandbox, (CodeTest("assert True"),), Limits())


def test_a_program_runs_once() -> None:
    sandbox = CountingSandbox()
    cache = cache_over(sandbox)
    assert len(cache.execute(["a", "b", "a"], lambda: False)) == 3
    cache.execute(["b", "c"], lambda: False)
    assert sandbox.ran == ["a", "b", "c"]
    assert cache.runs == 3


@pytest.mark.parametrize("finished", [0, 1])
def test_a_stop_among_the_runs_keeps_what_finished(finished: int) -> None:
    cache = cache_over(CountingSandbox(finished))
    with pytest.raises(Interrupted, match="stopped"):
        cache.execute(["a", "b"], lambda: True)
    assert [cache.knows(source) for source in ("a", "b")] == [finished > 0, False]
    assert cache.runs == finished
