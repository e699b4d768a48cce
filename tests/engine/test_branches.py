"""Branches behave alike on the fake and on the native engine, and with every kind of memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.tiny_memories import MEMORIES

from egcfg_tui.engine.api import BranchMisuse, Engine, EngineError, Inference, Logits, ModelSpec
from egcfg_tui.engine.branches import BatchToken
from egcfg_tui.engine.fake import FakeEngine, hashed


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: write(folder / f"{name}.gguf") for name, write in MEMORIES.items()}


@pytest.fixture(params=["fake", "fake_states", *MEMORIES])
def engine(request: pytest.FixtureRequest, models: dict[str, Path]) -> Iterator[Engine]:
    if request.param not in MEMORIES:
        yield FakeEngine(hashed(1), max_branches=64, can_rewind=request.param == "fake")
        return
    from egcfg_tui.engine.llama import LlamaEngine

    native = LlamaEngine(ModelSpec("tiny", models[request.param], context_tokens=512, threads=1))
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
    if engine.info.can_rewind:
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
    if engine.info.can_rewind:
        branch.rewind(len(tokens) - 2)
        np.testing.assert_array_equal(branch.logits(), row)


def test_what_cannot_be_rewound_says_so_and_stays_as_it_is(engine: Engine) -> None:
    branch = engine.branch()
    tokens = engine.tokenize("a = 1\n")
    branch.prompt(tokens)
    run(engine)
    row = branch.logits()
    branch.prompt(engine.tokenize("b = 2\n"))
    branch.rewind(len(tokens) + 1)
    assert branch.length == len(tokens) + 1
    if not engine.info.can_rewind:
        with pytest.raises(BranchMisuse, match="take a snapshot"):
            branch.rewind(2)
        assert branch.length == len(tokens) + 1
    # Pending tokens can be dropped in any memory, and so can everything.
    branch.rewind(len(tokens))
    assert list(branch.tokens) == tokens
    branch.rewind(0)
    branch.prompt(tokens)
    run(engine)
    np.testing.assert_allclose(branch.logits(), row, atol=0.05)


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


def test_a_portable_snapshot_is_loaded_into_an_empty_branch(engine: Engine) -> None:
    branch = engine.branch()
    branch.prompt(engine.tokenize("def f(values):\n    total = 0\n" * 2))
    run(engine)
    free = engine.free_tokens
    snapshot = branch.snapshot(portable=True)
    branch.close()
    loaded = engine.branch()
    with pytest.raises(BranchMisuse, match="portable=True"):
        loaded.load(replace(snapshot, state=None))
    assert snapshot.state is not None
    with pytest.raises(EngineError, match="does not fit"):
        loaded.load(replace(snapshot, state=snapshot.state[:-3]))
    assert engine.free_tokens == engine.info.context_tokens
    loaded.load(snapshot)
    assert engine.free_tokens == free
    np.testing.assert_array_equal(loaded.logits(), snapshot.logits)
    twin = loaded.fork()
    twin.prompt(engine.tokenize("    pass"))
    run(engine)
    alone = engine.branch()
    alone.prompt([*snapshot.tokens, *engine.tokenize("    pass")])
    run(engine)
    np.testing.assert_allclose(twin.logits(), alone.logits(), atol=0.05)
    with pytest.raises(BranchMisuse, match="empty one"):
        twin.load(snapshot)


def test_ids_are_pooled_and_bounded(engine: Engine) -> None:
    for _ in range(3):
        taken = [engine.branch() for _ in range(engine.info.max_branches)]
        with pytest.raises(BranchMisuse, match="close one"):
            engine.branch()
        for branch in taken:
            branch.close()
            branch.close()
    assert engine.free_tokens == engine.info.context_tokens


def test_a_full_cache_is_a_value_and_changes_nothing(engine: Engine, request: pytest.FixtureRequest) -> None:
    if request.node.callspec.params["engine"] == "recurrent":
        pytest.skip("a memory of states has no cells to run out of")
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


class StoppableEngine(FakeEngine):
    """A fake whose next decode can be interrupted half-way, as by a stop."""

    stop_next = False

    def _decode(self, batch: list[BatchToken]) -> tuple[Inference, list[Logits]]:
        outcome, rows = super()._decode(batch)
        if self.stop_next:
            self.stop_next = False
            if not self.info.can_rewind:
                for tokens in self._sequences.values():
                    tokens.reverse()
            return Inference.ABORTED, []
        return outcome, rows


@pytest.mark.parametrize("can_rewind", [True, False])
@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("pqfrcsbx"), st.integers(0, 7), st.integers(1, 5)), max_size=40))
def test_any_order_of_calls_keeps_tokens_cells_and_ids_consistent(
    can_rewind: bool, script: list[tuple[str, int, int]]
) -> None:
    """A model of the branches (plain lists) and the engine agree after any legal script."""
    engine = StoppableEngine(hashed(2), max_branches=8, batch_tokens=7, can_rewind=can_rewind)
    branches = [engine.branch()]
    snapshots = [branches[0].snapshot()]
    model: list[list[int]] = [[]]
    for action, which, amount in script:
        index = which % len(branches) if branches else -1
        if index < 0:
            branches.append(engine.branch())
            snapshots.append(branches[-1].snapshot())
            model.append([])
        elif action in "pq":
            tokens = list(range(amount))
            branches[index].prompt(tokens)
            model[index] = model[index] + tokens
            if action == "p":
                run(engine)
        elif action == "f" and len(branches) < 8:
            branches.append(branches[index].fork())
            snapshots.append(snapshots[index])
            model.append(list(model[index]))
        elif action == "r":
            length = min(amount, len(model[index]))
            if can_rewind or length in (0, *range(len(branches[index].tokens), len(model[index]) + 1)):
                branches[index].rewind(length)
                model[index] = model[index][:length]
            else:
                with pytest.raises(BranchMisuse):
                    branches[index].rewind(length)
        elif action == "s":
            run(engine)
            snapshots[index] = branches[index].snapshot()
        elif action == "b":
            run(engine)
            tokens = list(snapshots[index].tokens)
            if model[index][: len(tokens)] == tokens:
                branches[index].restore(snapshots[index])
                model[index] = tokens
        elif action == "x" and engine.pending_tokens:
            engine.stop_next = True
            while (outcome := engine.infer()) is Inference.MORE:
                pass
            assert outcome is Inference.ABORTED
            # What was undone is still pending: nothing is lost.
            assert [branch.length for branch in branches] == [len(tokens) for tokens in model]
        elif action == "c":
            branches.pop(index).close()
            snapshots.pop(index)
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
