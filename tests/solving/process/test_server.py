"""If a model cannot be loaded, an event says why, and the process survives."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing import Pipe
from pathlib import Path

import pytest
from support.tiny_gguf import write_tiny_gguf

from egcfg_sandbox import CodeTest, Limits, Program, SnippetTest
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.events import EngineLoaded, Event, FailureKind, SolveFailed
from egcfg_tui.exercises.model import Exercise, ExerciseKind
from egcfg_tui.models import memory
from egcfg_tui.solving.process.host import Inbox
from egcfg_tui.solving.process.server import SolverService
from egcfg_tui.solving.process.service_config import ServiceConfig
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest

GIVEN = "import numpy as np\nxs = np.arange(3)\n"
SNIPPET = Exercise(
    id="total",
    title="Total",
    statement="Add up.",
    kind=ExerciseKind.DATA,
    entry_point="total",
    given=GIVEN,
    visible=(SnippetTest("assert total == 3", GIVEN),),
    source="x.jsonl#1",
)


def opened(path: Path, context_tokens: int | None = None) -> list[Event]:
    service = SolverService(ServiceConfig(ModelSpec("tiny", path, context_tokens)), StopFlag())
    try:
        return list(service.opened())
    finally:
        service.close()


def test_a_model_that_fits_is_loaded(tmp_path: Path) -> None:
    last = opened(write_tiny_gguf(tmp_path / "tiny.gguf"))[-1]
    assert isinstance(last, EngineLoaded)
    assert last.model == "tiny"


def test_a_model_that_does_not_fit_into_memory_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 1_000_000)
    last = opened(write_tiny_gguf(tmp_path / "tiny.gguf"), 1024)[-1]
    assert isinstance(last, SolveFailed)
    assert last.kind is FailureKind.MODEL
    assert "not enough memory for the model: tiny.gguf with a context of 1024 tokens" in last.message


@pytest.mark.parametrize("content", [b"", b"no model", b"GGUF\x03\0\0\0"])
def test_a_broken_file_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    last = opened(path)[-1]
    assert isinstance(last, SolveFailed)
    assert last.kind is FailureKind.MODEL
    assert str(path) in last.message


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    last = opened(tmp_path / "none.gguf")[-1]
    assert isinstance(last, SolveFailed)
    assert "does not exist" in last.message


def failures_of(tmp_path: Path, exercise: Exercise) -> list[SolveFailed]:
    """The failures that a service with a loaded model reports for one solve."""
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    service = SolverService(ServiceConfig(ModelSpec("tiny", path)), stop := StopFlag())
    parent, child = Pipe()
    try:
        assert isinstance(list(service.opened())[-1], EngineLoaded)
        job = SolveRequest(exercise, "greedy", Settings(max_tokens=16), budget_s=20)
        return [event for event in service.handle(job, Inbox(child, stop)) if isinstance(event, SolveFailed)]
    finally:
        service.close()
        parent.close()


def test_a_package_that_is_not_installed_is_told_with_the_command_that_installs_it(tmp_path: Path) -> None:
    (failed,) = failures_of(tmp_path, replace(SNIPPET, packages=("no_such_module",)))
    assert failed.kind is FailureKind.EXERCISE
    assert "needs `no_such_module`; install with" in failed.message


def test_packages_that_are_installed_reach_the_programs(tmp_path: Path) -> None:
    service = SolverService(
        ServiceConfig(ModelSpec("tiny", write_tiny_gguf(tmp_path / "t.gguf"))), StopFlag()
    )
    # Tests that use numpy themselves run inside, where every installed package can be imported.
    program = Program(
        f"{GIVEN}def total():\n    return int(xs.sum())\n",
        (CodeTest("assert total() == 3"),),
        limits=Limits(wall_s=20, memory_bytes=1 << 30),
    )
    try:
        assert isinstance(list(service.opened())[-1], EngineLoaded)
        plain, rich = (
            service._sandbox_for(SNIPPET),
            service._sandbox_for(replace(SNIPPET, packages=("numpy",))),
        )
        assert [sandbox.run(program).passed for sandbox in (plain, rich)] == [False, True]
    finally:
        service.close()
