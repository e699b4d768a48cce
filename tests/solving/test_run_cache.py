"""Each distinct program is run once; a stop among the runs unwinds the solve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from egcfg_sandbox import CodeTest, Program, Report, TestResult, Verdict
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.commands import Interrupted
from egcfg_tui.solving.run_cache import RunCache, SandboxBroke


class CountingSandbox:
    """Passes every test; after a stop only the first `finished` programs have a report."""

    def __init__(self, finished: int | None = None) -> None:
        self.finished = finished
        self.ran: list[str] = []

    def run_many(self, programs: Sequence[Program], should_stop: Callable[[], bool]) -> list[Report]:
        done = programs[: self.finished] if should_stop() else programs
        self.ran += [program.source for program in done]
        return [Report(Verdict.PASSED) for _program in done]


def cache_over(sandbox: Any) -> RunCache:
    exercise = Exercise("x", "X", "", ExerciseKind.FUNCTION, "f", visible=(CodeTest("assert True"),))
    return RunCache(sandbox, exercise)


def test_a_program_runs_once() -> None:
    sandbox = CountingSandbox()
    cache = cache_over(sandbox)
    assert len(cache.execute(["a", "b", "a"], lambda: None)) == 3
    cache.execute(["b", "c"], lambda: None)
    assert sandbox.ran == ["a", "b", "c"]
    assert cache.runs == 3


@pytest.mark.parametrize("finished", [0, 1])
@pytest.mark.parametrize("reason", ["stopped", "budget"])
def test_what_halts_the_runs_is_told_and_what_finished_is_kept(finished: int, reason: str) -> None:
    cache = cache_over(CountingSandbox(finished))
    with pytest.raises(Interrupted, match=reason):
        cache.execute(["a", "b"], lambda: reason)
    assert [cache.knows(source) for source in ("a", "b")] == [finished > 0, False]
    assert cache.runs == finished


def test_a_fault_of_the_sandbox_is_no_verdict() -> None:
    class Broken:
        def run_many(self, programs: Sequence[Program], _should_stop: object) -> list[Report]:
            row = TestResult("t", Verdict.SANDBOX_ERROR, "its server died twice")
            return [Report(Verdict.SANDBOX_ERROR, (row,)) for _program in programs]

    cache = cache_over(Broken())
    with pytest.raises(SandboxBroke, match="died twice"):
        cache.execute(["a"], lambda: None)
    assert not cache.knows("a")


def test_one_test_decides_in_a_short_time_and_its_verdict_is_not_kept() -> None:
    programs: list[Program] = []

    class Watching(CountingSandbox):
        def run_many(self, given: Sequence[Program], should_stop: Callable[[], bool]) -> list[Report]:
            programs.extend(given)
            return super().run_many(given, should_stop)

    cache, test = cache_over(Watching()), CodeTest("assert f(1)")
    assert cache.verdicts(["a", "b"], test, 0.2, lambda: None) == [Verdict.PASSED] * 2
    assert {(one.tests, one.trace, one.limits.wall_s, one.limits.cpu_s) for one in programs} == {
        ((test,), False, 0.2, 0.2)
    }
    assert cache.runs == 2
    assert not cache.knows("a")
