"""The pool of candidates: what it keeps in memory."""

from __future__ import annotations

import pytest
from support.trials import OUT_OF_REACH, workbench

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import VOCAB_SIZE, FakeEngine, hashed
from egcfg_tui.solving import candidates
from egcfg_tui.solving.candidates import CandidatePool
from egcfg_tui.solving.settings import Settings


@pytest.mark.parametrize("rows", [0, 7, 50])
def test_rows_take_no_more_memory_than_they_may(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """The candidates are the same, and each keeps its rows from its beginning on without a gap."""
    chosen = Settings(candidates=5, temperature=2.0, max_tokens=30, horizon=3)

    def filled(most: int) -> tuple[list[str], int]:
        monkeypatch.setattr(candidates, "MAX_ROW_BYTES", most * 4 * VOCAB_SIZE)
        with workbench(FakeEngine(hashed(2)), sandbox) as bench:
            engine, meter = bench.engine, bench.meter
            with CandidatePool(engine, meter, OUT_OF_REACH, chosen, (1,), keep_rows=True) as pool:
                list(pool.fill(bench.start, "def f(x):\n", 3))
                kept = {id(row) for draft in pool.drafts for row in draft.rows}
                assert all(len(draft.rows) <= len(draft.tokens) + 1 for draft in pool.drafts)
                return [draft.text for draft in pool.drafts], len(kept)

    all_of_them, unlimited = filled(1000)
    assert unlimited > 100
    assert filled(rows) == (all_of_them, rows)
