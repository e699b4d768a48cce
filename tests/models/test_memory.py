"""The estimate of memory, the number of sequences that fit, and the error when a model does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError, memory, needed_bytes, sequences_for

MIB = 1 << 20


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf_bytes(padding=MIB))
    return path


@pytest.fixture
def available(monkeypatch: pytest.MonkeyPatch) -> Callable[[int | None], None]:
    """Sets how much memory the machine reports as available."""
    return lambda size: monkeypatch.setattr(memory, "available_bytes", lambda: size)


def test_weights_cache_and_buffers_are_counted(model: Path) -> None:
    # two layers, two heads of keys and values with 16 numbers each, 2 bytes a number; 3 words, 256 tokens
    cache = 100 * 2 * 2 * (16 + 16) * 2
    assert needed_bytes(model, 100) == model.stat().st_size + cache + 2 * 4 * 256 * 3 + 64 * MIB
    more = needed_bytes(model, 100, batch_tokens=1256, cache_type="f32")
    assert more - needed_bytes(model, 100) == cache + 2 * 4 * 1000 * 3


def test_states_are_counted_for_every_sequence(tmp_path: Path) -> None:
    path = tmp_path / "recurrent.gguf"
    path.write_bytes(gguf_bytes(tiny__attention__head_count_kv=[0, 2], tiny__shortconv__l_cache=3))
    one, ten = (needed_bytes(path, 100, sequences=count) for count in (1, 10))
    assert ten - one == 4 * 9 * 2 * 64


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(short=st.integers(1, 100_000), more=st.integers(1, 100_000))
def test_a_longer_context_needs_more(model: Path, short: int, more: int) -> None:
    assert needed_bytes(model, short + more) > needed_bytes(model, short)


def test_too_large_a_model_is_refused_with_both_numbers(
    model: Path, available: Callable[[int | None], None]
) -> None:
    available(1_024_000)
    with pytest.raises(ModelError) as caught:
        sequences_for(model, 512)
    text = str(caught.value)
    assert text.startswith("not enough memory for the model: tiny.gguf with a context of 512 tokens needs")
    assert "1.0 MB are available" in text


def test_a_model_without_states_has_all_sequences_or_is_refused(
    model: Path, available: Callable[[int | None], None]
) -> None:
    needed = needed_bytes(model, 512)
    available(needed)
    assert sequences_for(model, 512) == memory.MOST_SEQUENCES
    available(needed - 1)
    with pytest.raises(ModelError):
        sequences_for(model, 512)
    assert sequences_for(model, 512, weights_on_gpu=True) == memory.MOST_SEQUENCES


@given(spare=st.integers(0, 60))
def test_there_are_as_many_states_as_the_memory_holds(spare: int) -> None:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patcher:
        path = Path(folder) / "hybrid.gguf"
        path.write_bytes(gguf_bytes(tiny__attention__head_count_kv=[0, 2], tiny__shortconv__l_cache=3))
        least = needed_bytes(path, 512, sequences=memory.LEAST_STATES)
        patcher.setattr(memory, "available_bytes", lambda: least + spare * 4 * 2 * 64 + 1)
        count = sequences_for(path, 512)
        assert count == min(memory.MOST_STATES, memory.LEAST_STATES + spare)
        assert needed_bytes(path, 512, sequences=count) <= least + spare * 4 * 2 * 64
        patcher.setattr(memory, "available_bytes", lambda: least - 1)
        with pytest.raises(ModelError, match="not enough memory"):
            sequences_for(path, 512)


def test_a_system_that_does_not_say_hinders_nothing(
    model: Path, available: Callable[[int | None], None]
) -> None:
    available(None)
    assert sequences_for(model, 1 << 40) == memory.MOST_SEQUENCES
