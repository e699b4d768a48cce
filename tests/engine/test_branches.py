"""Branches behave alike on the fake and on the native engine: what one test says holds for both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_gguf import write_tiny_gguf

from egcfg_tui.engine.api import BranchMisuse, Engine, Inference, ModelSpec
from egcfg_tui.engine.fake import FakeEngine, hashed


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("model") / "tiny.gguf")


@pytest.fixture(params=["fake", "native"])
def engine(request: pytest.FixtureRequest, tiny_model: Path) -> Iterator[Engine]:
    if request.param == "fake":
        yield FakeEngine(hashed(1), max_branches=64)
        return
    from egcfg_tui.engine.llama import LlamaEngine

    native = LlamaEngine(ModelSpec("tiny", tiny_model, context_tokens=512, threads=1))
    yield native
    native.close()


def run(engine: Engine) -> None:
    while (outcome := engine.infer()) is Inference.MORE:
        pass
    assert outcome is Inference.DONE


def test_a_fork_never_changes_its_parent(engine: Engine) -> None:
    parent = engine.branch()
    parent.prompt(engine.tokenize("def f(x):\n"))
    run(engine)
    before = parent.logits().copy()
    child = parent.fork()
    np.testing.assert_array_equal(child.logits(), before)
    child.prompt(engine.tokenize("    return 1\n"))
    run(engine)
    child.rewind(3)
    child.close()
    np.testing.assert_array_equal(parent.logits(), before)
    # The parent's cache is intact too: going on gives what a fresh evaluation gives.
    parent.prompt(engine.tokenize("    pass\n"))
    fresh = engine.branch()
    run(engine)
    fresh.prompt(engine.tokenize("def f(x):\n    pass\n"))
    run(engine)
    np.testing.assert_allclose(parent.logits(), fresh.logits(), atol=0.05)


def test_branches_evaluated_together_equal_branches_evaluated_alone(engine: Engine) -> None:
    texts = ["x = 1\n", "while True:\n", "a"]
    together = [engine.branch() for _ in texts]
    for branch, text in zip(together, texts, strict=True):
        branch.prompt(engine.tokenize(text))
    run(engine)
    for branch, text in zip(together, texts, strict=True):
        alone = engine.branch()
        alone.prompt(engine.tokenize(text))
        run(engine)
        np.testing.assert_allclose(branch.logits(), alone.logits(), atol=0.05)
        alone.close()


def test_rows_kept_are_the_rows_of_shorter_prompts(engine: Engine) -> None:
    tokens = engine.tokenize("for i in x")
    branch = engine.branch()
    branch.prompt(tokens, rows=4)
    run(engine)
    stepped = engine.branch()
    stepped.prompt(tokens[:-3])
    run(engine)
    for back in (3, 2, 1, 0):
        np.testing.assert_allclose(branch.logits(back), stepped.logits(), atol=0.05)
        if back:
            stepped.prompt([tokens[-back]])
            run(engine)
    with pytest.raises(BranchMisuse, match="ask for more rows"):
        branch.logits(4)
    row = branch.logits(2)
    branch.rewind(len(tokens) - 2)
    np.testing.assert_array_equal(branch.logits(), row)


def test_a_tree_of_branches_costs_its_distinct_tokens(engine: Engine) -> None:
    """Forks of a branch with pending tokens share them; each row is what its own path alone gives."""
    trunk = engine.branch()
    trunk.prompt(engine.tokenize("def f(x):\n"))
    run(engine)
    trunk.prompt(engine.tokenize("    if x:"))
    shared = engine.pending_tokens
    endings = [engine.tokenize(text) for text in (" return 1", " return 2", " x = 3")]
    leaves = []
    for ending in endings:
        leaf = trunk.fork()
        leaf.prompt(ending, rows=len(ending))
        leaves.append(leaf)
    assert engine.pending_tokens == shared + sum(map(len, endings))
    free = engine.free_tokens
    leaves.append(trunk.fork())
    leaves[-1].close()
    run(engine)
    assert engine.free_tokens == free
    for leaf, ending in zip(leaves, endings, strict=False):
        with engine.branch() as alone:
            alone.prompt([*trunk.tokens, *ending], rows=len(ending) + 1)
            run(engine)
            assert list(leaf.tokens) == list(alone.tokens)
            for back in range(len(ending) + 1):
                np.testing.assert_allclose(leaf.logits(back), alone.logits(back), atol=0.05)


def test_an_abandoned_leaf_leaves_the_rest_of_the_tree(engine: Engine) -> None:
    trunk = engine.branch()
    trunk.prompt(engine.tokenize("x = "))
    leaf = trunk.fork()
    leaf.prompt(engine.tokenize("1"))
    trunk.close()
    run(engine)
    assert list(leaf.tokens) == engine.tokenize("x = 1")
    leaf.close()
    assert engine.free_tokens == engine.info.context_tokens


def test_a_snapshot_brings_back_position_and_logits_without_a_decode(engine: Engine) -> None:
    branch = engine.branch()
    branch.prompt(engine.tokenize("a = 1\n"))
    run(engine)
    snapshot = branch.snapshot()
    branch.prompt(engine.tokenize("b = 2\n"))
    run(engine)
    after = branch.logits().copy()
    branch.restore(snapshot)
    assert tuple(branch.tokens) == snapshot.tokens
    np.testing.assert_array_equal(branch.logits(), snapshot.logits)
    branch.prompt(engine.tokenize("b = 2\n"))
    run(engine)
    np.testing.assert_allclose(branch.logits(), after, atol=0.05)
    other = engine.branch()
    other.prompt(engine.tokenize("z"))
    run(engine)
    with pytest.raises(BranchMisuse, match="past"):
        other.restore(snapshot)


def test_ids_are_pooled_and_bounded(engine: Engine) -> None:
    for _ in range(3):
        taken = [engine.branch() for _ in range(engine.info.max_branches)]
        with pytest.raises(BranchMisuse, match="close one"):
            engine.branch()
        for branch in taken:
            branch.close()
            branch.close()
    assert engine.free_tokens == engine.info.context_tokens


def test_a_full_cache_is_a_value_and_changes_nothing(engine: Engine) -> None:
    small = engine.info.context_tokens
    if small > 600:
        engine = FakeEngine(hashed(1), context_tokens=512)
        small = 512
    first = engine.branch()
    first.prompt([1] * (small - 40))
    run(engine)
    row = first.logits().copy()
    second = engine.branch()
    second.prompt([2] * 60)
    assert engine.infer() is Inference.NO_SLOT
    np.testing.assert_array_equal(first.logits(), row)
    assert len(second.tokens) == 0
    first.close()
    run(engine)
    assert len(second.tokens) == 60


@pytest.mark.parametrize(
    ("misuse", "missing_call"),
    [
        (lambda e, b: b.logits(), "prompt"),
        (lambda e, b: b.prompt([]), "at least one token"),
        (lambda e, b: (b.prompt([1]), b.logits()), "infer"),
        (lambda e, b: (b.prompt([1]), b.snapshot()), "infer"),
        (lambda e, b: b.prompt([1], rows=2), "rows"),
        (lambda e, b: b.prompt([10**6]), "vocabulary"),
        (lambda e, b: b.prompt([-1]), "vocabulary"),
        (lambda e, b: b.rewind(5), "holds 0 tokens"),
        (lambda e, b: (b.close(), b.prompt([1])), "closed"),
        (lambda e, b: (b.prompt([1]), e.infer(), b.rewind(0), b.logits()), "prompt"),
    ],
)
def test_misuse_names_the_missing_call(engine: Engine, misuse: object, missing_call: str) -> None:
    with pytest.raises(BranchMisuse, match=missing_call):
        misuse(engine, engine.branch())  # type: ignore[operator]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqfrc"), st.integers(0, 7), st.integers(1, 5)), max_size=40))
def test_any_order_of_calls_keeps_tokens_cells_and_ids_consistent(script: list[tuple[str, int, int]]) -> None:
    """A model of the branches (plain lists) and the engine agree after any legal script."""
    engine = FakeEngine(hashed(2), max_branches=8, batch_tokens=7)
    branches = [engine.branch()]
    model: list[list[int]] = [[]]
    for action, which, amount in script:
        index = which % len(branches) if branches else -1
        if index < 0:
            branches.append(engine.branch())
            model.append([])
        elif action in "pq":
            tokens = list(range(amount))
            branches[index].prompt(tokens)
            model[index] = model[index] + tokens
            if action == "p":
                run(engine)
        elif action == "f" and len(branches) < 8:
            branches.append(branches[index].fork())
            model.append(list(model[index]))
        elif action == "r":
            length = min(amount, len(model[index]))
            branches[index].rewind(length)
            model[index] = model[index][:length]
        elif action == "c":
            branches.pop(index).close()
            model.pop(index)
    run(engine)
    assert [list(branch.tokens) for branch in branches] == model
    for branch, expected in zip(branches, model, strict=True):
        branch.prompt([65])
        run(engine)
        alone = engine.branch() if engine.open_branches < 8 else None
        if alone is not None:
            alone.prompt([*expected, 65])
            run(engine)
            np.testing.assert_array_equal(branch.logits(), alone.logits())
            alone.close()
    for branch in branches:
        branch.close()
    assert engine.open_branches == 0
    assert engine.free_tokens == engine.info.context_tokens
