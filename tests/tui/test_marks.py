"""The marks of outcomes."""

from __future__ import annotations

from rich.cells import cell_len

from egcfg_sandbox import Verdict
from egcfg_tui.tui import marks


def test_every_verdict_has_a_mark_of_its_own_one_cell_wide() -> None:
    all_marks = [marks.mark(verdict) for verdict in (None, *Verdict)]
    assert len({mark.symbol for mark in all_marks}) == len(all_marks)
    assert {cell_len(mark.symbol) for mark in all_marks} == {1}


def test_many_tests_become_a_count() -> None:
    verdicts = [Verdict.PASSED] * 7 + [Verdict.FAILED] * 5
    assert marks.row(verdicts, 8).plain == "7/12"
    assert marks.row(verdicts[5:9], 8).plain == "✓✓✗✗"
    assert marks.row([None, Verdict.TIMEOUT], 8).plain == "·T"
