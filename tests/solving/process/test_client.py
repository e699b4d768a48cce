"""The solver in its child process, on a generated GGUF."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.tiny_gguf import write_tiny_gguf

from egcfg_sandbox import CodeTest
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import (
    EngineLoaded,
    Event,
    FailureKind,
    LineChosen,
    SolveFailed,
    SolveFinished,
    SolvePaused,
    SolveResumed,
    SolveStarted,
    Stage,
    StageEntered,
)
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.solving.process.client import SolverSession
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

EXERCISE = Exercise(
    "x",
    "X",
    "Do x.",
    ExerciseKind.FUNCTION,
    "f",
    visible=(CodeTest("assert f(1) == 1"),),
    starter="def f(x):\n",
)
ENDLESS = SolveRequest(EXERCISE, "sample", Settings(temperature=1.0, max_tokens=200), budget_s=600)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture
def session(tiny: Path) -> Iterator[SolverSession]:
    with SolverSession(ModelSpec("tiny", tiny, threads=1)) as session:
        yield session


def loaded(session: SolverSession) -> None:
    events = list(session.start())
    assert events[0] == StageEntered(Stage.LOADING)
    assert isinstance(events[-1], EngineLoaded)
    assert session.alive


def until(events: Iterator[Event], kind: type[Event]) -> Any:
    return next(event for event in events if isinstance(event, kind))


def test_solves_follow_one_another_on_one_loaded_model(session: SolverSession) -> None:
    loaded(session)
    for seed in range(2):
        request = SolveRequest(EXERCISE, "greedy", Settings(max_tokens=20), seed=seed)
        events = list(session.solve(request))
        assert isinstance(events[0], SolveStarted)
        assert isinstance(events[-1], SolveFinished)
        assert events[-1].seed == seed
        assert events[-1].model == "tiny"


def test_a_stop_ends_the_solve_soon_and_the_next_one_runs(session: SolverSession) -> None:
    loaded(session)
    for _ in range(2):
        events = session.solve(ENDLESS)
        until(events, SolveStarted)
        threading.Timer(0.3, session.stop).start()
        end = list(events)[-1]
        assert isinstance(end, SolveFinished)
        assert end.reason == "stopped"


def test_pause_step_and_resume(session: SolverSession) -> None:
    loaded(session)
    request = SolveRequest(EXERCISE, "egcfg", Settings(horizon=1, max_tokens=300), budget_s=600)
    events = session.solve(request)
    until(events, LineChosen)
    session.pause()
    until(events, SolvePaused)
    session.step()
    until(events, SolveResumed)
    until(events, LineChosen)
    until(events, SolvePaused)
    session.resume()
    until(events, LineChosen)
    session.stop()
    assert isinstance(list(events)[-1], SolveFinished)


def test_a_killed_engine_is_reported_and_can_be_started_again(session: SolverSession) -> None:
    loaded(session)
    events = session.solve(ENDLESS)
    until(events, SolveStarted)
    pid = session._host.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    end = list(events)[-1]
    assert isinstance(end, SolveFailed)
    assert end.kind is FailureKind.MODEL
    assert "SIGKILL" in end.message
    assert not session.alive
    loaded(session)
    assert isinstance(list(session.solve(SolveRequest(EXERCISE, "greedy")))[-1], SolveFinished)


def test_a_model_that_cannot_be_loaded_is_an_event(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but no more")
    with SolverSession(ModelSpec("broken", broken)) as session:
        end = list(session.start())[-1]
        assert isinstance(end, SolveFailed)
        assert end.kind is FailureKind.MODEL
        assert "broken.gguf" in end.message
        assert not session.alive


def test_closing_ends_the_process_and_its_sandbox(session: SolverSession) -> None:
    loaded(session)
    events = session.solve(ENDLESS)
    until(events, SolveStarted)
    pid = session._host.pid
    assert pid is not None
    session.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    children = [
        entry.name
        for entry in Path("/proc").glob("[0-9]*")
        if (entry / "stat").exists() and f" {pid} " in (entry / "stat").read_text().split(")")[-1][:12]
    ]
    assert children == []
