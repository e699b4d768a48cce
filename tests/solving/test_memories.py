"""Whole trials on models of each kind of memory, compared with an engine that evaluates branches alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.scratch_engine import ScratchEngine
from support.tiny_memories import MEMORIES
from support.trials import decisions, solve_context, texts

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Engine, ModelSpec
from egcfg_tui.engine.fake import FakeEngine, hashed
from egcfg_tui.events import Event
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials.greedy import greedy_trial
from egcfg_tui.solving.trials.guided import guided_trial
from egcfg_tui.solving.trials.sample_tree import SampleTree
from egcfg_tui.solving.trials.sampling import sample_trial

SETTINGS = Settings(
    candidates=3,
    temperature=0.3,
    horizon=2,
    gamma=1.5,
    max_tokens=40,
    signal_tokens=200,
    refresh=1,
    trace=TraceFormat.FULL,
)


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("models")
    return {name: write(folder / f"{name}.gguf") for name, write in MEMORIES.items()}


def load(path: Path) -> Engine:
    from egcfg_tui.engine.llama import LlamaEngine

    return LlamaEngine(ModelSpec("tiny", path, context_tokens=1024, batch_tokens=64, threads=1))


def told(
    engine: Engine, sandbox: Sandbox, method: str, seed: int, settings: Settings = SETTINGS
) -> list[tuple[str, ...]]:
    """What a trial drew, saw and chose."""
    with solve_context(engine, sandbox) as context, SampleTree(context, settings, (seed,)) as tree:
        trials: dict[str, Callable[[], Iterator[Event]]] = {
            "greedy": lambda: greedy_trial(context, settings),
            "sample": lambda: sample_trial(context, tree, settings.candidates),
            "egcfg": lambda: guided_trial(context, settings, (seed,)),
        }
        return texts(decisions(trials[method]()))


@pytest.mark.parametrize("method", ["greedy", "sample", "egcfg"])
@pytest.mark.parametrize("name", ["recurrent", "sliding", "hybrid"])
def test_a_trial_gives_the_tokens_of_branches_evaluated_from_scratch(
    sandbox: Sandbox, models: dict[str, Path], name: str, method: str
) -> None:
    """Rows of one batch and of single decodes differ by about 1e-3 (32-bit weights, 16-bit cache), far less
    than the distance between the two likeliest tokens of these models at these seeds."""
    engine, inner = load(models[name]), load(models[name])
    for seed in (1, 2):
        ours = told(engine, sandbox, method, seed)
        assert ours == told(ScratchEngine(inner), sandbox, method, seed)
        assert sum(len(text) for row in ours for text in row) >= SETTINGS.max_tokens
    engine.close()
    inner.close()


@pytest.mark.parametrize("method", ["greedy", "sample", "egcfg"])
@pytest.mark.parametrize("seed", range(5))
def test_a_memory_that_cannot_be_cut_changes_no_token(sandbox: Sandbox, method: str, seed: int) -> None:
    """The comparison is exact on the fake. Rewinding evaluated tokens would end the trial with an error."""
    settings = replace(SETTINGS, signal_tokens=2000, refresh=1 + seed % 2)
    cut, states = (FakeEngine(hashed(seed), can_rewind=can_rewind) for can_rewind in (True, False))
    assert told(states, sandbox, method, seed, settings) == told(cut, sandbox, method, seed, settings)
