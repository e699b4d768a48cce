"""What a bench costs besides its solves: time per task, and memory that must not grow with the tasks.

Every task is a real solve on the fake engine, which answers at once; the sandbox passes every program without
running it. Overhead is the processor time outside of the solver: plan, events, recordings, records. The time
that the disk takes to write each record out (`fsync`, once per task) is reported on its own. Memory is the
resident set after each quarter of the tasks, and again after a resume, which reads every record.

    python benchmarks/bench_overhead.py [--tasks 10000] [--folder DIR]
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest.mock import patch

from egcfg_sandbox import CodeTest, Program, Report, Sandbox, TestResult, Verdict
from egcfg_tui import __version__
from egcfg_tui.bench.clock.prices import PriceTable
from egcfg_tui.bench.events import BenchStarted, TaskEnded
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.bench.plan import (
    KIND,
    SCHEMA,
    Plan,
    PlannedExercise,
    PlannedMethod,
    PlannedModel,
    llama_cpp_version,
    now,
)
from egcfg_tui.bench.progress import Progress
from egcfg_tui.bench.runner import run_bench
from egcfg_tui.bench.setup import FORMAT, WALL, BenchSetup
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import EngineLoaded, Event
from egcfg_tui.exercises import Exercise, ExerciseKind
from egcfg_tui.prompting.task import FENCE
from egcfg_tui.runs.machine import this_machine
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

METHODS = ("greedy", "sample")
ANSWER = "def f(n):\n    return n\n"


class PassingSandbox(Sandbox):
    """A sandbox that passes every test of every program without running it."""

    def __init__(self) -> None:
        pass

    def run_many(
        self, programs: Sequence[Program], should_stop: Callable[[], bool] | None = None
    ) -> list[Report]:
        """One passing row for each test."""
        return [Report(Verdict.PASSED, tuple(self._rows(program))) for program in programs]

    def run_tests(self, program: Program, should_stop: Callable[[], bool]) -> list[TestResult | None]:
        """The same for one program."""
        return list(self._rows(program))

    def _rows(self, program: Program) -> Iterator[TestResult]:
        return (TestResult(test.text, Verdict.PASSED) for test in program.tests)


class InProcess:
    """A session without a process. `solving_s` adds up the processor time spent in the solver."""

    solving_s = 0.0

    def __init__(self, model: ModelSpec, missing_layers: tuple[str, ...]) -> None:
        self.prices: PriceTable | None = None
        self.alive = False
        self._engine = FakeEngine(scripted(lambda _: [(ANSWER + "```", 1.0)], FENCE))
        self._sandbox = PassingSandbox()

    def start(self) -> Iterator[Event]:
        """Reports the fake engine as loaded."""
        self.alive = True
        yield EngineLoaded("fake", "scripted", "cpu", self._engine.info.context_tokens, 0.0)

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        """A real solve, whose processor time is added to `solving_s`."""
        started = time.process_time()
        inbox = CommandInbox(budget_s=request.budget_s, clock=time.monotonic)
        for event in solve(self._engine, self._sandbox, request, inbox):
            InProcess.solving_s += time.process_time() - started
            yield event
            started = time.process_time()
        InProcess.solving_s += time.process_time() - started

    def measure(self, threads: int | None) -> Iterator[Event]:
        """Never called: this bench measures wall time."""
        raise NotImplementedError

    def stop(self) -> None:
        """Nothing stops this bench."""

    def kill(self) -> None:
        """Nothing stops this bench."""

    def close(self) -> None:
        """Only marks the session as ended: it holds no resources."""
        self.alive = False


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--tasks", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, help="a folder that keeps the bench; default: a temporary one")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = BenchFolder(arguments.folder or Path(temporary) / "bench")
        setup = synthetic(arguments.tasks // len(METHODS))
        first = measured(setup, folder)
        solving_s, InProcess.solving_s = InProcess.solving_s, 0.0
        resumed = measured(setup, folder)
    tasks = setup.plan.size
    overhead_ms = 1000 * (first["processor_s"] - solving_s) / tasks
    disk_ms = 1000 * first["disk_s"] / tasks
    resume_ms = 1000 * resumed["processor_s"] / tasks
    print(f"{tasks} tasks in {first['wall_s']:.1f} s, {solving_s:.1f} s of processor time in the solver")
    print(f"overhead      {overhead_ms:8.2f} ms per task")
    print(f"disk          {disk_ms:8.2f} ms per task to write its record out")
    print(f"resumed       {resume_ms:8.2f} ms per task; no task runs again")
    print(f"memory        {' '.join(f'{mb:.0f}' for mb in first['memory_mb'])} MB after each quarter")
    print(f"memory again  {resumed['memory_mb'][-1]:.0f} MB after a resume")
    result = {
        "tasks": tasks,
        "overhead_ms": round(overhead_ms, 3),
        "disk_ms": round(disk_ms, 3),
        "resume_ms": round(resume_ms, 3),
        "memory_mb": [round(mb, 1) for mb in first["memory_mb"]],
        "resumed_memory_mb": round(resumed["memory_mb"][-1], 1),
    }
    print(json.dumps(result))


def measured(setup: BenchSetup, folder: BenchFolder) -> dict[str, Any]:
    """Runs or resumes a bench: its wall, processor and disk seconds, and megabytes after each quarter."""
    progress, memory_mb, disk = Progress(), [], TimedDisk()
    quarter = setup.plan.size // 4
    started, processor_s = time.perf_counter(), time.process_time()
    with patch.object(os, "fsync", disk.fsync):
        for event in run_bench(setup, folder, InProcess, Stopper()):
            progress.apply(event)
            ended = isinstance(event, TaskEnded) and progress.ended % quarter == 0
            if ended or isinstance(event, BenchStarted):
                memory_mb.append(resident_mb())
    memory_mb.append(resident_mb())
    return {
        "wall_s": time.perf_counter() - started,
        "processor_s": time.process_time() - processor_s,
        "disk_s": disk.seconds,
        "memory_mb": memory_mb,
    }


class TimedDisk:
    """A replacement of `os.fsync` that adds up the seconds it takes."""

    _fsync = staticmethod(os.fsync)

    def __init__(self) -> None:
        self.seconds = 0.0

    def fsync(self, descriptor: int) -> None:
        """`os.fsync`, timed."""
        started = time.perf_counter()
        self._fsync(descriptor)
        self.seconds += time.perf_counter() - started


def resident_mb() -> float:
    """Megabytes of this process that are in memory (its resident set)."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def synthetic(count: int) -> BenchSetup:
    """A bench of `count` exercises, each with its own statement, by one model and two methods."""
    exercises = {}
    for number in range(count):
        tests = (CodeTest(f"assert f({number}) == {number}"),)
        exercise = Exercise(
            f"ex{number}", "F", f"Return it: {number}.", ExerciseKind.FUNCTION, "f", tests, tests
        )
        exercises[exercise.id, exercise_sha256(exercise)] = exercise
    plan = Plan(
        schema=SCHEMA,
        kind=KIND,
        version=__version__,
        created=now(),
        exercises=tuple(PlannedExercise(name, sha256, name, 1, 1) for name, sha256 in exercises),
        models=(PlannedModel("fake", "0" * 64, "none", 0, None, 4096, 1, 512, "cpu", "f16"),),
        methods=tuple(PlannedMethod(name, Settings().to_string(), Grid()) for name in METHODS),
        repeats=1,
        seed=0,
        budget_s=60.0,
        budget_tokens=None,
        clock=WALL,
        visible=FORMAT,
        settings=Settings(),
        prompt_style="plain",
        missing_layers=(),
        llama_cpp=llama_cpp_version(),
        machine=this_machine(),
    )
    return BenchSetup(plan, exercises, {"fake": ModelSpec("fake", Path("fake"))})


if __name__ == "__main__":
    main()
