"""Kinds of native memory: what the probe finds, and that logits are right after stops and rewinds."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from support.tiny_memories import MEMORIES, WINDOW_TOKENS

from egcfg_tui.engine.api import Branch, BranchMisuse, Inference, ModelSpec
from egcfg_tui.engine.llama import LlamaEngine
from egcfg_tui.engine.stop_flag import StopFlag

Load = Callable[..., LlamaEngine]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: write(folder / f"{name}.gguf") for name, write in MEMORIES.items()}


@pytest.fixture
def load(models: dict[str, Path]) -> Iterator[Load]:
    loaded: list[LlamaEngine] = []

    def load(name: str, stop: StopFlag | None = None) -> LlamaEngine:
        spec = ModelSpec(name, models[name], context_tokens=1024, batch_tokens=64, threads=1)
        loaded.append(LlamaEngine(spec, stop))
        return loaded[-1]

    yield load
    for engine in loaded:
        engine.close()


def run(engine: LlamaEngine) -> None:
    while (outcome := engine.infer()) is Inference.MORE:
        pass
    assert outcome is Inference.DONE


def assert_right(engine: LlamaEngine, branch: Branch) -> None:
    """The branch's row is that of its tokens evaluated from the beginning."""
    with engine.branch() as alone:
        alone.prompt(list(branch.tokens))
        run(engine)
        np.testing.assert_allclose(branch.logits(), alone.logits(), atol=0.05)


@pytest.mark.parametrize(
    ("name", "can_rewind"), [("attention", True), ("recurrent", False), ("sliding", True), ("hybrid", False)]
)
def test_the_probe_finds_out_and_leaves_nothing(load: Load, name: str, can_rewind: bool) -> None:
    engine = load(name)
    assert engine.info.can_rewind is can_rewind
    assert engine.free_tokens == engine.info.context_tokens
    branch = engine.branch()
    branch.prompt(list(range(40, 90)))
    run(engine)
    assert_right(engine, branch)


def test_a_stop_while_the_model_loads_changes_no_answer(load: Load) -> None:
    stop = StopFlag()
    stop.set()
    assert load("attention", stop).info.can_rewind
    assert not load("recurrent", stop).info.can_rewind


def test_a_sliding_window_rewinds_past_cells_that_slid_out(load: Load) -> None:
    """Without the sequence that keeps them, the tokens of `late` would have taken cells of `branch`."""
    engine = load("sliding")
    early, branch, late = (engine.branch() for _ in range(3))
    for each in (early, branch):
        each.prompt(list(range(40, 40 + 3 * WINDOW_TOKENS)))
        run(engine)
    early.close()
    late.prompt(list(range(60, 60 + 6 * WINDOW_TOKENS)))
    run(engine)
    for length in (3 * WINDOW_TOKENS - 1, 2 * WINDOW_TOKENS, 5):
        branch.rewind(length)
        branch.prompt([77])
        run(engine)
        assert_right(engine, branch)


def test_a_window_that_is_gone_is_reported(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """llama.cpp itself says yes to such a cut."""
    monkeypatch.setattr(LlamaEngine, "_keep_windows", lambda _self: None)
    engine = load("sliding")
    early, branch = engine.branch(), engine.branch()
    for each in (early, branch):
        each.prompt(list(range(40, 40 + 2 * WINDOW_TOKENS)))
        run(engine)
    early.close()
    for token in range(3 * WINDOW_TOKENS):
        branch.prompt([40 + token])
        run(engine)
    before = list(branch.tokens)
    with pytest.raises(BranchMisuse, match="cannot be cut back"):
        branch.rewind(WINDOW_TOKENS + 10)
    assert list(branch.tokens) == before
    assert_right(engine, branch)


@pytest.mark.parametrize("name", MEMORIES)
def test_a_stop_in_the_middle_of_a_decode_costs_no_branch_its_tokens(load: Load, name: str) -> None:
    """However often and wherever native code is interrupted, the logits are right in the end."""
    stop = StopFlag()
    engine = load(name, stop)
    trunk = engine.branch()
    trunk.prompt(list(range(40, 100)))
    run(engine)
    branches = [trunk, *(trunk.fork() for _ in range(3))]
    aborted = 0
    for turn in range(40):
        expected = [[*branch.tokens, 50 + turn % 30, 60 + index] for index, branch in enumerate(branches)]
        for index, branch in enumerate(branches):
            branch.prompt([50 + turn % 30, 60 + index])
        timer = threading.Timer(0.00005 * (turn % 20), stop.set)
        timer.start()
        while (outcome := engine.infer()) is not Inference.DONE:
            if outcome is Inference.ABORTED:
                aborted += 1
                assert [branch.length for branch in branches] == [len(tokens) for tokens in expected]
                timer.join()
                stop.clear()
        timer.join()
        stop.clear()
        assert [list(branch.tokens) for branch in branches] == expected
    assert aborted
    for branch in branches:
        assert_right(engine, branch)
    for branch in branches:
        branch.close()
    assert engine.free_tokens == engine.info.context_tokens


@pytest.mark.parametrize("name", ["recurrent", "hybrid"])
def test_a_state_comes_back_after_other_branches_went_on(load: Load, name: str) -> None:
    engine = load(name)
    branch = engine.branch()
    branch.prompt(list(range(40, 80)))
    run(engine)
    snapshot = branch.snapshot()
    other = branch.fork()
    for each, tokens in ((branch, [50, 51]), (other, [60, 61, 62])):
        each.prompt(tokens)
    run(engine)
    branch.restore(snapshot)
    np.testing.assert_array_equal(branch.logits(), snapshot.logits)
    branch.prompt([70])
    other.prompt([71])
    run(engine)
    for each in (branch, other):
        assert_right(engine, each)
