"""The estimate of memory, and what is said when it does not suffice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.tiny_models import gguf_bytes

from egcfg_tui.models import ModelError, check_memory, memory, needed_bytes

MIB = 1 << 20


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(gguf_bytes(padding=MIB))
    return path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of the control group's; `meminfo` in it in place of the system's."""
    folder = tmp_path / "machine"
    folder.mkdir()
    read = memory._text
    monkeypatch.setattr(memory, "_CGROUP", folder)
    monkeypatch.setattr(
        memory, "_text", lambda path: read(folder / path.name if path.name == "meminfo" else path)
    )
    monkeypatch.setattr("sys.platform", "linux")
    return folder


def test_weights_cache_and_buffers_are_counted(model: Path) -> None:
    # two layers, two heads of keys and values with 16 numbers each, 2 bytes a number; 3 words, 256 tokens
    cache = 100 * 2 * 2 * (16 + 16) * 2
    assert needed_bytes(model, 100) == model.stat().st_size + cache + 2 * 4 * 256 * 3 + 64 * MIB
    more = needed_bytes(model, 100, batch_tokens=1256, cache_type="f32")
    assert more - needed_bytes(model, 100) == cache + 2 * 4 * 1000 * 3


@pytest.mark.parametrize(
    ("keys", "numbers"),
    [
        ({"ssm__inner_size": 128, "ssm__state_size": 16, "ssm__conv_kernel": 4}, 3 * 128 + 128 * 16),
        ({"wkv__head_size": 32}, 64 * (32 + 2)),
        ({"shortconv__l_cache": 3}, 2 * 64),
    ],
)
@pytest.mark.parametrize(("heads", "layers"), [([0, 2], 1), ([2, 2], 2)])
def test_states_are_counted_for_every_sequence(
    tmp_path: Path, keys: dict[str, int], numbers: int, heads: list[int], layers: int
) -> None:
    """In layers without keys and values, or beside those in all."""
    plain, recurrent = tmp_path / "plain.gguf", tmp_path / "recurrent.gguf"
    given = {f"tiny__{key}": value for key, value in keys.items()}
    plain.write_bytes(gguf_bytes(tiny__attention__head_count_kv=heads))
    recurrent.write_bytes(gguf_bytes(tiny__attention__head_count_kv=heads, **given))
    sizes = [needed_bytes(path, 100, sequences=10) - path.stat().st_size for path in (plain, recurrent)]
    assert sizes[1] - sizes[0] == 4 * 10 * layers * numbers


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(short=st.integers(1, 100_000), more=st.integers(1, 100_000))
def test_a_longer_context_needs_more(model: Path, short: int, more: int) -> None:
    assert needed_bytes(model, short + more) > needed_bytes(model, short)


def test_heads_are_counted_per_layer_where_the_file_gives_them(tmp_path: Path) -> None:
    path = tmp_path / "uneven.gguf"
    path.write_bytes(gguf_bytes(tiny__attention__head_count_kv=[1, 3]))
    even = tmp_path / "even.gguf"
    even.write_bytes(gguf_bytes(tiny__attention__head_count_kv=[2, 2]))
    assert needed_bytes(path, 500) == needed_bytes(even, 500)


def test_too_large_a_model_is_refused_with_both_numbers(model: Path, machine: Path) -> None:
    (machine / "meminfo").write_text("MemTotal: 99999999 kB\nMemAvailable:      1000 kB\n")
    with pytest.raises(ModelError) as caught:
        check_memory(model, 512)
    text = str(caught.value)
    assert text.startswith("not enough memory for the model: tiny.gguf with a context of 512 tokens needs")
    assert "1.0 MB are available" in text


def test_a_model_that_fits_is_let_through(model: Path, machine: Path) -> None:
    (machine / "meminfo").write_text("MemAvailable: 4000000 kB\n")
    check_memory(model, 512)


def test_weights_on_the_gpu_do_not_count(model: Path, machine: Path) -> None:
    (machine / "meminfo").write_text(f"MemAvailable: {(needed_bytes(model, 512) - MIB // 2) // 1024} kB\n")
    check_memory(model, 512, weights_on_gpu=True)
    with pytest.raises(ModelError):
        check_memory(model, 512)


def test_a_containers_limit_counts_without_its_file_pages(machine: Path) -> None:
    (machine / "meminfo").write_text("MemAvailable: 4000000 kB\n")
    (machine / "memory.max").write_text("1000\n")
    (machine / "memory.current").write_text("900\n")
    (machine / "memory.stat").write_text("anon 500\nfile 400\n")
    assert memory.available_bytes() == 500
    (machine / "memory.max").write_text("max\n")
    assert memory.available_bytes() == 4_096_000_000


def test_a_system_that_does_not_say_hinders_nothing(model: Path, machine: Path) -> None:
    assert memory.available_bytes() is None
    check_memory(model, 1 << 40)


def test_this_machine_says_how_much_it_has() -> None:
    available = memory.available_bytes()
    assert available is not None
    assert MIB < available < 1 << 50
