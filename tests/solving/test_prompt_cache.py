"""A solve that finds its prompt on disk decides the same as one that evaluates it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.tiny_memories import MEMORIES
from support.trials import OUT_OF_REACH, Decisions, decisions, prompt_for, unlimited

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Engine, ModelSpec
from egcfg_tui.engine.fake import FakeEngine, hashed
from egcfg_tui.engine.prompt_files import MIN_TOKENS, PromptFiles
from egcfg_tui.events import SolveFinished, TokenCounts
from egcfg_tui.models.folders import prompts_folder
from egcfg_tui.solving.process.client import SolverSession
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

TEMPLATE = "{% for m in messages %}[a system prompt] {{ m.role }}: {{ m.content }}\n{% endfor %}assistant: "
REQUEST = SolveRequest(
    OUT_OF_REACH,
    settings=Settings(candidates=2, temperature=0.0, horizon=2, gamma=1.5, max_tokens=20, signal_tokens=200),
)


def solved(
    engine: Engine, sandbox: Sandbox, prompts: PromptFiles | None, request: SolveRequest = REQUEST
) -> tuple[Decisions, TokenCounts]:
    """The decisions of a solve, with every probability, and its cost."""
    events = list(solve(engine, sandbox, request, unlimited(), prompts))
    assert isinstance(events[-1], SolveFinished)
    assert engine.free_tokens == engine.info.context_tokens
    return decisions(events), events[-1].tokens


def prompt_lengths(engine: Engine) -> tuple[int, int]:
    """The prompt's number of tokens before a signal, and in all."""
    prompt = prompt_for(engine)
    head, tail = len(prompt.head_tokens(engine.tokenize)), len(prompt.tail_tokens(engine.tokenize))
    return head, head + tail


@pytest.mark.parametrize("can_rewind", [True, False])
def test_the_fake_answers_the_same_and_evaluates_less(
    sandbox: Sandbox, tmp_path: Path, can_rewind: bool
) -> None:
    prompts = PromptFiles(tmp_path / "prompts")
    engines = [FakeEngine(hashed(4), can_rewind=can_rewind, fingerprint="one") for _ in range(3)]
    without = solved(engines[0], sandbox, None)
    assert solved(engines[1], sandbox, prompts) == without
    rows, tokens = solved(engines[2], sandbox, prompts)
    assert rows == without[0]
    head, whole = prompt_lengths(engines[0])
    kept = whole if can_rewind else head
    assert tokens.prompt == whole - kept
    assert tokens.reused == without[1].reused + kept
    assert engines[2].decoded_tokens == engines[0].decoded_tokens - kept


def test_another_exercise_finds_what_stands_in_front_of_every_one(sandbox: Sandbox, tmp_path: Path) -> None:
    prompts = PromptFiles(tmp_path / "prompts")
    engines = [FakeEngine(hashed(4), fingerprint="one", chat_template=TEMPLATE) for _ in range(3)]
    solved(engines[0], sandbox, prompts)
    other = replace(REQUEST, exercise=replace(OUT_OF_REACH, id="y", statement="Do y."))
    without = solved(engines[1], sandbox, None, other)
    rows, tokens = solved(engines[2], sandbox, prompts, other)
    assert rows == without[0]
    frame = len(prompt_for(engines[1]).frame_tokens(engines[1].tokenize))
    assert frame >= MIN_TOKENS
    assert tokens.prompt == without[1].prompt - frame
    assert tokens.reused == without[1].reused + frame


def test_another_model_or_setting_evaluates_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    prompts = PromptFiles(tmp_path / "prompts")
    for name in ("one", "another"):
        engine = FakeEngine(hashed(4), fingerprint=name)
        assert solved(engine, sandbox, prompts)[1].prompt == prompt_lengths(engine)[1]


def test_a_state_that_does_not_fit_is_replaced(sandbox: Sandbox, tmp_path: Path) -> None:
    """This can happen when a library changes its format without changing its version."""

    class OtherEngine(FakeEngine):
        def _save(self, sequence: int) -> bytes:
            return super()._save(sequence) + b"?"

    prompts = PromptFiles(tmp_path / "prompts")
    other, engine, again = (
        kind(hashed(4), fingerprint="one") for kind in (OtherEngine, FakeEngine, FakeEngine)
    )
    first = solved(other, sandbox, prompts)
    assert solved(engine, sandbox, prompts) == first
    assert solved(again, sandbox, prompts)[1].prompt == 0


@pytest.mark.parametrize("name", MEMORIES)
def test_native_memories_answer_the_same(sandbox: Sandbox, tmp_path: Path, name: str) -> None:
    """Every probability is the same bit for bit: keys, values, states and logits are those of the prefill.

    Models with sliding windows cannot give this; their prompts are not stored.
    """
    from egcfg_tui.engine.llama import LlamaEngine

    path = MEMORIES[name](tmp_path / "tiny.gguf")
    prompts = PromptFiles(tmp_path / "prompts")
    results = []
    for used in (None, prompts, prompts):
        engine = LlamaEngine(ModelSpec("tiny", path, context_tokens=2048, batch_tokens=64, threads=1))
        results.append(solved(engine, sandbox, used))
        head, whole = prompt_lengths(engine)
        engine.close()
    assert results[0] == results[1]
    assert results[2][0] == results[0][0]
    kept = {"attention": whole, "sliding": 0}.get(name, head)
    assert results[2][1].prompt == whole - kept
    changed = ModelSpec("tiny", path, context_tokens=2048, batch_tokens=64, threads=1, cache_type="f32")
    engine = LlamaEngine(changed)
    assert solved(engine, sandbox, prompts)[1].prompt == whole
    engine.close()


@pytest.mark.parametrize("prompt_cache", [True, False])
def test_a_session_keeps_prompts_unless_told_not_to(tmp_path: Path, prompt_cache: bool) -> None:
    path = MEMORIES["attention"](tmp_path / "tiny.gguf")
    request = SolveRequest(OUT_OF_REACH, "greedy", Settings(max_tokens=16))
    counts = []
    for _ in range(2):
        with SolverSession(ModelSpec("tiny", path, threads=1), prompt_cache=prompt_cache) as session:
            list(session.start())
            last = list(session.solve(request))[-1]
        assert isinstance(last, SolveFinished)
        counts.append(last.tokens)
    assert counts[0].prompt > 0
    assert (counts[1].prompt == 0) is prompt_cache
    assert prompts_folder().exists() is prompt_cache
