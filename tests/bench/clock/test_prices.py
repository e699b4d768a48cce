"""Prices are interpolated, and kept with the bench and for the next one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.fake_bench import TABLE, FakeMachine, setup_of

from egcfg_tui.bench.clock.prices import Price, PriceTable, remember, remembered
from egcfg_tui.bench.events import BenchFinished, MeasuringStarted
from egcfg_tui.bench.records import BenchError


def test_a_measured_size_has_its_price_and_others_lie_in_proportion() -> None:
    table = PriceTable((Price(1, 1.0), Price(4, 4.0), Price(8, 6.0)), test_s=0.02)
    assert [table.decode_s(tokens) for tokens in (1, 4, 8)] == [1.0, 4.0, 6.0]
    assert table.decode_s(2) == pytest.approx(2.0)
    assert table.decode_s(6) == pytest.approx(5.0)
    assert table.decode_s(16) == pytest.approx(12.0)


@given(st.integers(1, 2000), st.integers(1, 2000))
def test_more_tokens_never_cost_less_where_no_larger_size_was_cheaper(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert TABLE.decode_s(low) <= TABLE.decode_s(high) + 1e-9


def test_a_second_bench_has_the_prices_of_the_first(tmp_path: Path) -> None:
    first, second = FakeMachine(), FakeMachine()
    setup = setup_of(clock="model", models=("tiny", "small"))
    events = list(first.run(setup, tmp_path / "one"))
    assert [event.model for event in events if isinstance(event, MeasuringStarted)] == ["small", "tiny"]
    assert first.measured == [("small", 2), ("tiny", 2)]
    assert first.loads == ["small", "tiny", "small"]  # the first model stays loaded
    assert {prices for _, _, prices in first.ran} == {TABLE}
    list(second.run(setup, tmp_path / "two"))
    assert second.measured == []
    assert second.loads == ["tiny", "small"]
    assert (tmp_path / "one" / "prices.json").read_bytes() == (tmp_path / "two" / "prices.json").read_bytes()


def test_a_resumed_bench_keeps_its_prices(tmp_path: Path) -> None:
    setup = setup_of(clock="model")
    bench = FakeMachine().run(setup, tmp_path)
    for _ in range(12):
        next(bench)
    bench.close()  # type: ignore[attr-defined]
    (model,) = setup.plan.models
    remember(model, PriceTable((Price(1, 99.0),), test_s=0.02))
    machine = FakeMachine()
    assert list(machine.run(setup, tmp_path))[-1] == BenchFinished(0)
    assert machine.ran
    assert {prices for _, _, prices in machine.ran} == {TABLE}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda path: path.unlink(), "cannot be read: No such file"),
        (lambda path: path.write_text("{"), "the file is damaged"),
        (lambda path: path.write_text(path.read_text().replace("0.03", "0.04")), "not the prices"),
    ],
)
def test_prices_that_changed_are_refused(tmp_path: Path, change: object, told: str) -> None:
    setup = setup_of(clock="model")
    list(FakeMachine().run(setup, tmp_path))
    change(tmp_path / "prices.json")  # type: ignore[operator]
    with pytest.raises(BenchError, match=rf"prices\.json: .*{told}.*begin a\s+new"):
        list(FakeMachine().run(setup, tmp_path))


def test_prices_are_remembered_for_the_same_model_loaded_in_the_same_way() -> None:
    (model,) = setup_of().plan.models
    assert remembered(model) is None
    remember(model, TABLE)
    assert remembered(model) == TABLE
    assert remembered(replace(model, name="by another name")) == TABLE
    for changes in ({"sha256": "0"}, {"threads": 1}, {"context_tokens": 99}, {"cache_type": "q8_0"}):
        assert remembered(replace(model, **changes)) is None  # type: ignore[arg-type]
