"""Rows of two models that share one budget, computed from the records of both."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.bench_records import record
from support.benches import source

from egcfg_tui.bench.comparison import compare
from egcfg_tui.bench.comparison.relays import relayed
from egcfg_tui.bench.records import Outcome, Record

BUDGET = 40.0
OUTCOMES = [outcome for outcome in Outcome if outcome is not Outcome.FAULT]


def ended(model: str, outcome: Outcome, seconds: float) -> Record:
    return record(outcome=outcome, model=model, seconds=seconds, tokens=round(100 * seconds), budget_s=BUDGET)


@pytest.mark.parametrize(
    ("first", "second", "outcome", "seconds"),
    [
        ((Outcome.SOLVED, 19.0), (Outcome.SOLVED, 1.0), Outcome.SOLVED, 19.0),
        ((Outcome.WRONG, 5.0), (Outcome.SOLVED, 1.0), Outcome.WRONG, 5.0),
        ((Outcome.SOLVED, 21.0), (Outcome.SOLVED, 15.0), Outcome.SOLVED, 35.0),
        ((Outcome.SOLVED, 21.0), (Outcome.SOLVED, 25.0), Outcome.BUDGET, 40.0),
        ((Outcome.BUDGET, 40.0), (Outcome.WRONG, 20.0), Outcome.WRONG, 40.0),
        ((Outcome.FAILED, 3.0), (Outcome.SOLVED, 36.0), Outcome.SOLVED, 39.0),
        ((Outcome.FAILED, 3.0), (Outcome.FAILED, 9.0), Outcome.FAILED, 12.0),
        ((Outcome.BUDGET, 40.0), (Outcome.BUDGET, 40.0), Outcome.BUDGET, 40.0),
    ],
)
def test_the_first_has_half_and_the_second_what_is_left(
    first: tuple[Outcome, float], second: tuple[Outcome, float], outcome: Outcome, seconds: float
) -> None:
    relay = relayed(ended("a", *first), ended("b", *second))
    assert (relay.model, relay.outcome, relay.seconds) == ("a then b", outcome, pytest.approx(seconds))
    assert relay.tokens == pytest.approx(100 * seconds, abs=2)


@given(st.sampled_from(OUTCOMES), st.floats(0, BUDGET), st.sampled_from(OUTCOMES), st.floats(0, BUDGET))
def test_a_relay_keeps_to_the_budget_and_solves_only_what_one_of_them_did(
    first: Outcome, first_s: float, second: Outcome, second_s: float
) -> None:
    relay = relayed(ended("a", first, first_s), ended("b", second, second_s))
    assert relay.seconds <= BUDGET + 1e-6
    assert relay.outcome is not Outcome.SOLVED or Outcome.SOLVED in (first, second)


def test_a_fault_of_either_is_a_fault() -> None:
    fault = ended("b", Outcome.FAULT, 2.0)
    assert relayed(ended("a", Outcome.FAILED, 3.0), fault).outcome is Outcome.FAULT
    assert relayed(replace(fault, model="a"), ended("b", Outcome.SOLVED, 3.0)).outcome is Outcome.FAULT


def test_a_comparison_of_two_models_has_a_row_for_the_relay_and_says_what_it_is() -> None:
    comparison = compare([source({"small/auto": "100", "large/auto": "010", "small/greedy": "100"})])
    (relay,) = [row for row in comparison.rows if row.relay]
    assert (relay.name, relay.solved) == (("small then large", "auto"), 2)
    assert any("A then B" in note for note in comparison.notes)
    assert "then" not in comparison.summary
    assert not [row for row in compare([source({"auto": "1"})]).rows if row.relay]
