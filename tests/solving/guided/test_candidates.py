"""The pool of candidates: the tokens that it evaluates, and the rows that it keeps in memory."""

from __future__ import annotations

import pytest
from support.babbling import babbling
from support.trials import solve_context

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.api import Logits
from egcfg_tui.engine.fake import VOCAB_SIZE, FakeEngine, LogitsFunction, hashed
from egcfg_tui.events import CandidatesGrown, Stage, StageEntered
from egcfg_tui.prompting.traces import TraceFormat
from egcfg_tui.solving.decoding.prompt_lookup import BATCH_ROWS
from egcfg_tui.solving.guided import candidates
from egcfg_tui.solving.guided.candidates import CandidatePool
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials.guided import guided_trial


def short_lines(seed: int) -> LogitsFunction:
    """A model of lines of a few letters each."""
    inner = hashed(seed)

    def logits(data: bytes) -> Logits:
        row = inner(data)
        row[ord("\n")] += 6.0
        return row

    return logits


@pytest.mark.parametrize("rows", [0, 7, 50])
def test_rows_take_no_more_memory_than_they_may(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """The candidates stay the same, and each keeps its first rows without a gap."""
    chosen = Settings(candidates=5, temperature=2.0, max_tokens=30, horizon=3)

    def filled(most: int) -> tuple[list[str], int]:
        monkeypatch.setattr(candidates, "MAX_ROW_BYTES", most * 4 * VOCAB_SIZE)
        with (
            solve_context(FakeEngine(hashed(2)), sandbox) as context,
            CandidatePool(context, chosen, (1,), keep_rows=True) as pool,
        ):
            list(pool.fill(context.start, "def f(x):\n", 3))
            kept = {id(row) for draft in pool.drafts for row in draft.rows}
            assert all(len(draft.rows) <= len(draft.tokens) + 1 for draft in pool.drafts)
            return [draft.text for draft in pool.drafts], len(kept)

    all_of_them, unlimited = filled(1000)
    assert unlimited > 100
    assert filled(rows) == (all_of_them, rows)


@pytest.mark.parametrize("seed", range(4))
def test_what_ended_leaves_the_batch_and_what_is_shared_is_evaluated_once(
    sandbox: Sandbox, seed: int
) -> None:
    chosen = Settings(candidates=6, temperature=1.0, max_tokens=60, horizon=2)
    with solve_context(FakeEngine(short_lines(seed)), sandbox) as context:
        engine = context.engine
        assert isinstance(engine, FakeEngine)
        sizes: list[int] = []
        with CandidatePool(context, chosen, (seed,), keep_rows=True) as pool:
            before = engine.decoded_tokens
            for event in pool.fill(context.start, "def f(x):\n", 2):
                if isinstance(event, CandidatesGrown):
                    sizes.append(engine.decoded_tokens - before)
                    before = engine.decoded_tokens
            lengths = [len(draft.tokens) for draft in pool.drafts]
            evaluated = {
                tuple(draft.tokens[:count])
                for draft in pool.drafts
                for count in range(1, draft.evaluated + 1)
            }
        counts = context.meter.tokens
        assert sum(sizes) - counts.rejected == len(evaluated) == counts.candidate
        assert min(lengths) < max(lengths)
        assert 0 < sizes[-1] < max(sizes)


@pytest.mark.parametrize("temperature", [0.0, 0.7])
def test_guesses_save_decodes_and_change_nothing(sandbox: Sandbox, temperature: float) -> None:
    """A model that repeats the prompt's own words, and now and then says something else."""
    words = b"Do x. It must "

    def around(data: bytes) -> Logits:
        row = hashed(1)(data)
        row[words[(words.find(data[-1:]) + 1) % len(words)]] += 9.0
        return row

    chosen = Settings(candidates=2, temperature=temperature, max_tokens=60, horizon=2)
    texts, decodes, rejected = [], [], []
    for keep_rows in (False, True):
        with solve_context(FakeEngine(around), sandbox) as context:
            engine = context.engine
            assert isinstance(engine, FakeEngine)
            with CandidatePool(context, chosen, (3,), keep_rows=keep_rows) as pool:
                before = engine.decodes
                list(pool.fill(context.start, "def f(x):\n", 2))
                texts.append([draft.text for draft in pool.drafts])
                decodes.append(engine.decodes - before)
                rejected.append(context.meter.tokens.rejected)
                assert all(draft.evaluated <= len(draft.tokens) for draft in pool.drafts)
    assert texts[0] == texts[1]
    assert decodes[1] < 0.7 * decodes[0]
    assert rejected[0] == 0


@pytest.mark.parametrize("seed", [0, 1, 2, 5])
def test_guesses_leave_room_in_the_batch_for_all_that_waits(sandbox: Sandbox, seed: int) -> None:
    """At the beginning of a refresh, the last token of the line before waits."""
    chosen = Settings(
        candidates=3, temperature=0.7, max_tokens=90, horizon=2, gamma=0.0, trace=TraceFormat.FULL
    )
    engine = babbling(seed, far_weight=0.3)
    rows: list[int] = []
    with solve_context(engine, sandbox) as context:
        stage, before = Stage.PROMPT, 0
        for event in guided_trial(context, chosen, (3,)):
            if stage is Stage.CANDIDATES and isinstance(event, CandidatesGrown):
                rows.append(engine.decoded_tokens - before)
            if isinstance(event, StageEntered):
                stage = event.stage
            before = engine.decoded_tokens
    assert max(rows) == BATCH_ROWS
