"""What keeps a model from being loaded is told, and the process survives it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.tiny_gguf import write_tiny_gguf

from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.engine.stop_flag import StopFlag
from egcfg_tui.events import EngineLoaded, Event, FailureKind, SolveFailed
from egcfg_tui.models import memory
from egcfg_tui.solving.service import ServiceConfig, SolverService


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
