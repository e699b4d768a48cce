"""The sample tree gives the same samples as drawing each alone, with less work."""

from __future__ import annotations

import pytest
from support.total import EXERCISE, MARKER, RIGHT, WRONG
from support.trials import solve_context

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, hashed, scripted
from egcfg_tui.events import CandidatesGrown
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.decoding.sampling import sample, uniform_at
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials import sample_tree
from egcfg_tui.solving.trials.greedy import greedy_trial
from egcfg_tui.solving.trials.sample_node import Node
from egcfg_tui.solving.trials.sample_tree import Sample, SampleTree

OTHER = WRONG.replace("result = x", "result -= x")


def drawn(tree: SampleTree, width: int, steps: int) -> list[Sample]:
    """The samples that a tree finishes within so many steps."""
    ended: list[Sample] = []
    for _ in range(steps):
        events = tree.step(width)
        while True:
            try:
                next(events)
            except StopIteration as end:
                ended += end.value
                break
        if tree.exhausted:
            break
    return ended


def size(node: Node) -> int:
    return 1 + sum(size(child) for child in node.children.values())


def alone(context: SolveContext, settings: Settings, seed: tuple[int, ...], index: int) -> list[int]:
    """The tokens of one sample, drawn without any sharing."""
    tokens: list[int] = []
    with context.start.fork() as branch:
        while len(tokens) < settings.max_tokens:
            number = uniform_at((*seed, index), len(tokens))
            token = sample(branch.logits(), settings.temperature, settings.top_p, number)
            if context.engine.is_end(token):
                break
            tokens.append(token)
            branch.prompt([token])
            context.engine.infer()
    return tokens


@pytest.mark.parametrize("width", [1, 3, 8])
@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5])
def test_every_sample_is_what_it_would_be_alone(sandbox: Sandbox, width: int, temperature: float) -> None:
    engine = FakeEngine(hashed(3), max_branches=20)
    settings = Settings(temperature=temperature, max_tokens=24, stop_loops=False, remarks=True)
    with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (7,)) as tree:
        ended = drawn(tree, width, 120)
        assert len(ended) > 4
        for entry in ended:
            tokens = alone(context, settings, (7,), entry.index)
            text = b"".join(engine.piece(token) for token in tokens).decode("utf-8", "replace")
            assert text.startswith(entry.text)
            assert entry.text == text or entry.complete
    assert len({entry.index for entry in ended}) == len(ended)


def test_samples_hold_remarks_only_where_they_may(sandbox: Sandbox) -> None:
    commented = RIGHT.replace(":\n", ":\n    # Begins with nothing.\n", 1)
    engine = FakeEngine(scripted(lambda _: [(commented, 0.9), (RIGHT, 0.1)], MARKER))

    def answers(*, remarks: bool) -> set[str]:
        settings = Settings(temperature=1.0, remarks=remarks)
        with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (0,)) as tree:
            return {f"{entry.code}```" for entry in drawn(tree, 8, 1000)}

    assert answers(remarks=True) == {commented, RIGHT}
    assert answers(remarks=False) == {RIGHT}


def test_what_samples_share_is_evaluated_once(sandbox: Sandbox) -> None:
    engine = FakeEngine(scripted(lambda _: [(WRONG, 0.4), (OTHER, 0.3), (RIGHT, 0.3)], MARKER))
    with (
        solve_context(engine, sandbox, EXERCISE) as context,
        SampleTree(context, Settings(temperature=1.0), (0,)) as tree,
    ):
        before = engine.decoded_tokens
        ended = drawn(tree, 8, 1000)
        distinct = {WRONG, OTHER, RIGHT}
        assert tree.exhausted
        assert {f"{entry.code}```" for entry in ended} == distinct
        assert len(ended) > 250
        prefixes = {answer[:end] for answer in distinct for end in range(1, len(answer) - 2)}
        # Not even the first letter of the closing fence of an answer is evaluated twice.
        assert engine.decoded_tokens - before <= len(prefixes) + len(distinct)
        assert context.meter.tokens.candidate == engine.decoded_tokens - before
        assert context.meter.tokens.reused > 100 * context.meter.tokens.candidate


def test_the_batch_stays_full(sandbox: Sandbox) -> None:
    """If samples differ from their first token on, as many stay in work, however many have already ended."""
    engine = FakeEngine(hashed(3))
    settings = Settings(temperature=4.0, top_p=1.0, max_tokens=20)
    with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (0,)) as tree:
        sizes = []
        for _ in range(60):
            before = engine.decoded_tokens
            list(tree.step(6))
            sizes.append(engine.decoded_tokens - before)
    assert sum(sizes) >= 0.9 * 6 * len(sizes)
    assert max(sizes) <= 6


def test_what_grows_is_shown(sandbox: Sandbox) -> None:
    engine = FakeEngine(hashed(3))
    settings = Settings(temperature=4.0, top_p=1.0, max_tokens=20)
    with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (0,)) as tree:
        drawn(tree, 4, 5)
        (grown,) = [event for event in tree.step(4) if isinstance(event, CandidatesGrown)]
    assert len(grown.texts) == 4
    assert all(grown.texts)


def test_a_small_cache_gives_the_same_samples(sandbox: Sandbox) -> None:
    """If branches had to be given up, their tokens are evaluated again."""
    settings = Settings(temperature=2.0, max_tokens=30)
    engine = FakeEngine(hashed(3))
    with solve_context(engine, sandbox, EXERCISE) as context:
        room = context.prompt_tokens + 150
        with SampleTree(context, settings, (1,)) as tree:
            plenty = {entry.index: entry.text for entry in drawn(tree, 6, 300)}
    tight = FakeEngine(hashed(3), context_tokens=room, max_branches=14)
    with solve_context(tight, sandbox, EXERCISE) as context, SampleTree(context, settings, (1,)) as tree:
        scarce = {entry.index: entry.text for entry in drawn(tree, 6, 300)}
    assert len(scarce) > 5
    assert all(plenty[index] == text for index, text in scarce.items() if index in plenty)


def test_a_tree_that_is_begun_anew_gives_the_same_samples(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(temperature=2.0, max_tokens=30)

    def sampled(most: int) -> tuple[dict[int, str], int]:
        monkeypatch.setattr(sample_tree, "_MOST_NODES", most)
        engine = FakeEngine(hashed(3))
        with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (1,)) as tree:
            ended = {entry.index: entry.text for entry in drawn(tree, 6, 200)}
            return ended, size(tree._root)

    plenty, whole = sampled(10**6)
    scarce, left = sampled(60)
    both = scarce.keys() & plenty.keys()
    assert len(both) > 30
    assert all(scarce[index] == plenty[index] for index in both)
    assert left < 60 + 2 * 6 < whole


def test_a_rest_changes_no_sample(sandbox: Sandbox) -> None:
    settings = Settings(temperature=2.0, max_tokens=30)
    engine = FakeEngine(hashed(3), context_tokens=2000)
    with solve_context(engine, sandbox, EXERCISE) as context:
        with SampleTree(context, settings, (1,)) as tree:
            through = drawn(tree, 6, 100)
        with SampleTree(context, settings, (1,)) as tree:
            halves = drawn(tree, 6, 50)
            tree.rest()
            assert engine.open_branches == 3, "a cache this small keeps no sample while a trial rests"
            halves += drawn(tree, 6, 50)
    assert {entry.index: entry.text for entry in halves} == {entry.index: entry.text for entry in through}


def test_code_that_repeats_itself_is_cut_off(sandbox: Sandbox) -> None:
    looping = "def total(xs):\n" + "    x = 1\n" * 80
    engine = FakeEngine(scripted(lambda _: [(looping, 1.0)], MARKER))
    for stop, lines in ((True, 9), (False, 61)):
        settings = Settings(temperature=1.0, max_tokens=15 + 60 * 10, stop_loops=stop)
        with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (0,)) as tree:
            (first, *_) = drawn(tree, 1, 900)
        assert first.text.count("\n") == lines
        assert not first.complete


@pytest.mark.parametrize("max_tokens", [768, 50])
def test_what_the_greedy_answer_evaluated_is_known_to_the_samples(sandbox: Sandbox, max_tokens: int) -> None:
    """The same samples, and only what they do not share with it is evaluated.

    50 tokens end the greedy answer with one of them pending.
    """
    settings = Settings(temperature=1.0, max_tokens=max_tokens)
    spent, samples = [], []
    for shared in (False, True):
        engine = FakeEngine(scripted(lambda _: [(WRONG, 0.6), (OTHER, 0.4)], MARKER))
        with solve_context(engine, sandbox, EXERCISE) as context, SampleTree(context, settings, (1,)) as tree:
            list(greedy_trial(context, settings, tree if shared else None))
            before = engine.decoded_tokens
            ended = drawn(tree, 4, 1000)
            samples.append({entry.index: entry.text for entry in ended})
            spent.append(engine.decoded_tokens - before)
    both = samples[0].keys() & samples[1].keys()
    assert len(both) > 200
    assert all(samples[0][index] == samples[1][index] for index in both)
    assert spent[0] - spent[1] >= min(len(WRONG) - 4, max_tokens - 1)


def test_branches_are_given_back(sandbox: Sandbox) -> None:
    engine = FakeEngine(hashed(3))
    with solve_context(engine, sandbox, EXERCISE) as context:
        with SampleTree(context, Settings(temperature=2.0, max_tokens=30), (1,)) as tree:
            drawn(tree, 6, 50)
        assert engine.open_branches == 2
