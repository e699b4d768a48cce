"""The native engine on a generated GGUF."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import llama_cpp
import numpy as np
import pytest
from support.tiny_gguf import CHAT_TEMPLATE, write_tiny_gguf
from support.tiny_memories import MEMORIES

from egcfg_tui.engine import llama
from egcfg_tui.engine.api import EngineError, Inference, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.engine.stop_flag import StopFlag


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


def test_info_comes_from_the_file(path: Path) -> None:
    engine = LlamaEngine(ModelSpec("tiny", path))
    assert engine.info.chat_template == CHAT_TEMPLATE
    assert engine.info.eos_text == "<|end|>"
    assert engine.info.context_tokens == 2048
    assert engine.info.backend == "cpu"
    engine.close()
    engine.close()


def test_tokens_and_pieces_round_trip(path: Path) -> None:
    engine = LlamaEngine(ModelSpec("tiny", path))
    text = "if x:\n    return 'é☃'\n\tpass\0"
    assert b"".join(engine.piece(token) for token in engine.tokenize(text)) == text.encode()
    assert engine.tokenize("") == []
    # Control tokens are recognised only where asked for, so an exercise cannot smuggle one in.
    assert [engine.is_end(t) for t in engine.tokenize("<|end|>", special=True)] == [True]
    assert not any(engine.is_end(t) for t in engine.tokenize("<|end|>"))
    (control,) = engine.tokenize("<|end|>", special=True)
    assert (engine.piece(control), engine.control_text(control)) == (b"", "<|end|>")
    assert {engine.control_text(token) for token in engine.tokenize("<|end|>")} == {""}
    engine.close()


@pytest.mark.parametrize("size", [2, 3, 5, 16, 20, 33, 40])
def test_equal_sequences_in_one_batch_have_equal_logits(path: Path, size: int) -> None:
    """ggml-org/llama.cpp issue 24962: above 31 tokens in a batch equal sequences may differ."""
    engine = LlamaEngine(ModelSpec("tiny", path, threads=1))
    root = engine.branch()
    root.prompt(engine.tokenize("def f(values):\n    total = 0\n"))
    assert engine.infer() is Inference.DONE
    twins = [root.fork(), root.fork()]
    tokens = engine.tokenize("    for value in values:\n        total += value\n")[:size]
    for twin in twins:
        twin.prompt(tokens)
    assert engine.infer() is Inference.DONE
    np.testing.assert_allclose(twins[0].logits(), twins[1].logits(), atol=0.02)
    engine.close()


def test_a_stop_aborts_a_decode_and_leaves_it_pending(path: Path) -> None:
    stop = StopFlag()
    engine = LlamaEngine(ModelSpec("tiny", path, threads=1), stop)
    branch = engine.branch()
    branch.prompt(list(range(97, 122)) * 60)
    stop.set()
    assert engine.infer() is Inference.ABORTED
    assert len(branch.tokens) == 0
    stop.clear()
    while engine.infer() is Inference.MORE:
        pass
    assert len(branch.tokens) == 25 * 60
    engine.close()


def test_a_stop_from_another_thread_reaches_native_code_in_the_middle_of_a_prefill(path: Path) -> None:
    stop = StopFlag()
    engine = LlamaEngine(ModelSpec("tiny", path, threads=1), stop)
    aborted = False
    threading.Timer(0.05, stop.set).start()
    deadline = time.monotonic() + 30
    while not aborted and time.monotonic() < deadline:
        with engine.branch() as branch:
            branch.prompt([97] * 2000)
            while (outcome := engine.infer()) is Inference.MORE:
                pass
            aborted = outcome is Inference.ABORTED
    assert aborted
    engine.close()


@pytest.mark.parametrize("flash_attention", [False, True])
@pytest.mark.parametrize("cache_type", ["f16", "f32"])
def test_every_kind_of_cache_gives_the_same_logits(
    path: Path, flash_attention: bool, cache_type: str
) -> None:
    rows = []
    for spec in (
        ModelSpec("tiny", path),
        ModelSpec(
            "tiny", path, batch_tokens=64, flash_attention=flash_attention, cache_type=cache_type, threads=1
        ),
    ):
        engine = LlamaEngine(spec)
        with engine.branch() as branch:
            branch.prompt(engine.tokenize("def f(values):\n    total = 0\n" * 5))
            decodes = 1
            while engine.infer() is Inference.MORE:
                decodes += 1
            rows.append(branch.logits())
        engine.close()
    assert decodes > 1
    np.testing.assert_allclose(rows[0], rows[1], atol=0.05)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"nowhere\.gguf does not exist"):
        LlamaEngine(ModelSpec("x", tmp_path / "nowhere.gguf"))


@pytest.mark.parametrize("content", [b"", b"GGUF", b"not a model at all" * 100])
def test_a_broken_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    with pytest.raises(EngineError, match=r"broken\.gguf cannot be loaded"):
        LlamaEngine(ModelSpec("x", path))


def test_a_truncated_model_is_named(path: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(path.read_bytes()[:-50_000])
    with pytest.raises(EngineError, match=r"cut\.gguf cannot be loaded: .+"):
        LlamaEngine(ModelSpec("x", cut))


def test_loading_keeps_file_descriptors_1_and_2(path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    engine = LlamaEngine(ModelSpec("tiny", path))
    engine.close()
    print("still here", flush=True)
    out, err = capfd.readouterr()
    assert out == "still here\n"
    assert err == ""


def test_layers_for_a_gpu_that_is_not_there_are_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llama_cpp.llama_supports_gpu_offload", lambda: False)
    with pytest.raises(EngineError, match=r"20 layers .* leave out --gpu-layers"):
        LlamaEngine(ModelSpec("tiny", path, gpu_layers=20))
    for layers in (-1, 0):
        engine = LlamaEngine(ModelSpec("tiny", path, gpu_layers=layers))
        assert engine.info.backend == "cpu"
        engine.close()


@pytest.mark.parametrize(
    ("features", "rearranged"), [("CPU : AMX_INT8 = 1 | ", False), ("CPU : AVX2 = 1 | ", True)]
)
def test_weights_are_not_rearranged_for_amx(
    path: Path, monkeypatch: pytest.MonkeyPatch, features: str, rearranged: bool
) -> None:
    load = llama_cpp.llama_model_load_from_file
    asked = []

    def loading(file: bytes, parameters: llama_cpp.llama_model_params) -> object:
        asked.append(parameters.use_extra_bufts)
        return load(file, parameters)

    monkeypatch.setattr("llama_cpp.llama_print_system_info", features.encode)
    monkeypatch.setattr("llama_cpp.llama_model_load_from_file", loading)
    LlamaEngine(ModelSpec("tiny", path)).close()
    assert asked == [rearranged]


def test_a_cache_type_that_needs_flash_attention_says_so(path: Path) -> None:
    with pytest.raises(EngineError, match="leave out --flash-attention off"):
        LlamaEngine(ModelSpec("tiny", path, cache_type="q8_0", flash_attention=False))


def test_there_are_as_many_threads_as_cores_to_use(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llama, "usable_cores", lambda: 3)
    engine = LlamaEngine(ModelSpec("tiny", path))
    assert llama_cpp.llama_n_threads(engine._context) == 3
    assert llama_cpp.llama_n_threads_batch(engine._context) == 3
    engine.close()


@pytest.mark.parametrize(("name", "expected"), [("attention", 16), ("hybrid", 16), ("sliding", 15)])
def test_a_context_has_room_for_as_many_branches_as_asked(tmp_path: Path, name: str, expected: int) -> None:
    """For sliding-window models one sequence is reserved, so there is one branch fewer."""
    engine = LlamaEngine(ModelSpec("tiny", MEMORIES[name](tmp_path / "m.gguf"), sequences=16))
    assert engine.info.max_branches == expected
    branches = [engine.branch() for _ in range(expected)]
    for branch in branches:
        branch.prompt(engine.tokenize("a b"))
    while engine.infer() is Inference.MORE:
        pass
    assert all(branch.logits().shape == (engine.info.vocab_size,) for branch in branches)
    engine.close()
