"""Benches without a model: plans made by hand, and sessions that answer by a hash of the task."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from egcfg_sandbox import CodeTest, TestResult, Verdict
from egcfg_tui import __version__
from egcfg_tui.bench.clock.prices import Price, PriceTable
from egcfg_tui.bench.events import BenchEvent
from egcfg_tui.bench.folder import BenchFolder
from egcfg_tui.bench.identity import exercise_sha256
from egcfg_tui.bench.plan import KIND, SCHEMA, Plan, PlannedExercise, PlannedMethod, PlannedModel
from egcfg_tui.bench.records import Record
from egcfg_tui.bench.runner import run_bench
from egcfg_tui.bench.session import PricesMeasured
from egcfg_tui.bench.setup import BenchSetup
from egcfg_tui.bench.stopper import Stopper
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import (
    EngineLoaded,
    Event,
    FailureKind,
    Outcome,
    ScoredTest,
    SolveFailed,
    SolveFinished,
    SolveStarted,
    Stage,
    StageEntered,
    StageSeconds,
    TokenCounts,
    TrialCost,
)
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.runs.machine import Machine
from egcfg_tui.solving.request.grid import Grid
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

TABLE: Final = PriceTable((Price(1, 0.03), Price(16, 0.2), Price(256, 1.5)), test_s=0.02)


def exercise(number: int) -> Exercise:
    """An exercise whose content depends on `number`, with a visible and a hidden test."""
    return Exercise(
        id=f"ex{number}",
        title=f"Exercise {number}",
        statement=f"Add {number}.",
        kind=ExerciseKind.FUNCTION,
        entry_point="add",
        visible=(CodeTest(f"assert add(1) == {number + 1}"),),
        hidden=(CodeTest(f"assert add(2) == {number + 2}"),),
        source=f"ex.jsonl#ex{number}",
    )


def setup_of(
    exercises: int = 3,
    models: Sequence[str] = ("tiny",),
    methods: Sequence[str] = ("auto", "sample"),
    **changes: Any,
) -> BenchSetup:
    """A bench of so many exercises; `changes` are fields of the plan."""
    chosen = [exercise(number) for number in range(exercises)]
    plan = Plan(
        schema=SCHEMA,
        kind=KIND,
        version=__version__,
        created="2026-01-02T03:04:05+00:00",
        exercises=tuple(
            PlannedExercise(e.id, exercise_sha256(e), e.source, len(e.visible), len(e.hidden)) for e in chosen
        ),
        models=tuple(
            PlannedModel(name, name * 8, "Q4_K_M", 1000, None, 2048, 2, 256, "cpu", "f16") for name in models
        ),
        methods=tuple(PlannedMethod(name, "ns4t0.75d5k1_ln", Grid()) for name in methods),
        repeats=1,
        seed=7,
        budget_s=5.0,
        budget_tokens=None,
        clock="wall",
        visible="format",
        settings=Settings(),
        prompt_style="plain",
        missing_layers=(),
        llama_cpp="0.3.36",
        machine=Machine("Linux", "x86_64", "A processor", 2, None, "3.11.7"),
    )
    return BenchSetup(
        replace(plan, **changes),
        {(e.id, exercise_sha256(e)): e for e in chosen},
        {name: ModelSpec(name, Path(f"{name}.gguf")) for name in models},
    )


def chance(request: SolveRequest, model: str) -> float:
    """A number from 0 to 1 that is always the same for a task."""
    key = f"{request.exercise.id} {request.method} {model} {request.seed}"
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) / 2**32


def finished(request: SolveRequest, model: str, reason: Outcome | None = None) -> SolveFinished:
    """The end of a task: a third solved, a third wrong, a third out of budget."""
    share = chance(request, model)
    passed = (share < 2 / 3, share < 1 / 3)
    tests = tuple(
        ScoredTest(test.text, hidden, TestResult(test.text, Verdict.PASSED if ok else Verdict.FAILED))
        for test, hidden, ok in zip(
            request.exercise.visible + request.exercise.hidden, (False, True), passed, strict=True
        )
    )
    tokens = TokenCounts(prompt=100, decoded=int(share * 1000))
    visible = passed[0]
    ended = Outcome.PASSED if visible else Outcome.BUDGET
    return SolveFinished(
        exercise_id=request.exercise.id,
        solved=all(passed),
        hidden_passed=passed[1],
        solution=f"def add(n):\n    return n + {share}\n",
        reason=reason or ended,
        method=request.method,
        model=model,
        seed=request.seed,
        wall_s=share * 5,
        tokens=tokens,
        runs=3,
        trials=1,
        tests=() if reason is Outcome.STOPPED else tests,
        solved_by=1 if visible else None,
        trial_list=(TrialCost(1, "greedy", "ns4t0.75d5k1_ln", 1.0, ended, 1.0, tokens, 3),),
        stages=StageSeconds(prompt=1.0, line=share),
    )


Fault = Callable[[SolveRequest, str], SolveFailed | None]
"""What breaks a task of a model, if anything does."""


@dataclass
class FakeSession:
    """One loaded model. `die`: a fault ends the process."""

    machine: FakeMachine
    model: str
    prices: PriceTable | None = None
    alive: bool = False
    stopped: bool = False

    def start(self) -> Iterator[Event]:
        self.machine.loads.append(self.model)
        assert not any(session.alive for session in self.machine.sessions), "two models are in memory"
        yield StageEntered(Stage.LOADING)
        if self.model in self.machine.broken:
            yield SolveFailed(FailureKind.MODEL, "the file is broken; fetch it again")
            return
        self.alive = True
        yield EngineLoaded(self.model, "tiny", "cpu", 2048, 0.5)

    def solve(self, request: SolveRequest) -> Iterator[Event]:
        assert self.alive
        self.machine.ran.append((request, self.model, self.prices))
        self.stopped = False
        exercise = request.exercise
        yield SolveStarted(
            exercise.id,
            exercise.title,
            exercise.statement,
            (),
            1,
            "",
            request.method,
            self.model,
            request.seed,
            request.budget_s,
            "ns4t0.75d5k1_ln",
            1.0,
        )
        yield StageEntered(Stage.LINE)
        fault = self.machine.fault(request, self.model)
        if fault is not None:
            self.alive = "killed" not in fault.message
            yield fault
            return
        yield finished(request, self.model, Outcome.STOPPED if self.stopped else None)

    def measure(self, threads: int | None) -> Iterator[Event]:
        self.machine.measured.append((self.model, threads))
        yield PricesMeasured(TABLE)

    def stop(self) -> None:
        self.stopped = True

    def kill(self) -> None:
        self.alive = False

    def close(self) -> None:
        self.alive = False


@dataclass
class FakeMachine:
    """Opens sessions and remembers what they did. `broken` models cannot be loaded."""

    fault: Fault = lambda _request, _model: None
    broken: frozenset[str] = frozenset()
    loads: list[str] = field(default_factory=list)
    ran: list[tuple[SolveRequest, str, PriceTable | None]] = field(default_factory=list)
    measured: list[tuple[str, int | None]] = field(default_factory=list)
    sessions: list[FakeSession] = field(default_factory=list)

    def open_session(self, model: ModelSpec, _missing_layers: tuple[str, ...]) -> FakeSession:
        self.sessions.append(FakeSession(self, model.name))
        return self.sessions[-1]

    def run(self, setup: BenchSetup, path: Path, stopper: Stopper | None = None) -> Iterator[BenchEvent]:
        """The events of a bench on this machine."""
        return run_bench(setup, BenchFolder(path), self.open_session, stopper or Stopper())


def timeless(record: Record) -> Record:
    """A record without the fields that differ between any two runs."""
    return replace(record, wall_s=0.0, load_average=0.0, created="")
