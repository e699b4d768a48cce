"""The solver's process with the model's clock, on a stand-in for a model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.fake_bench import TABLE

from egcfg_tui.bench.session import BenchSession, PricesMeasured
from egcfg_tui.engine.api import ModelSpec
from egcfg_tui.events import EngineLoaded, SolveFinished
from egcfg_tui.exercises import DEMO_ID, load
from egcfg_tui.solving.request.solve_request import SolveRequest


@pytest.fixture
def session(tmp_path: Path) -> Iterator[BenchSession]:
    (tmp_path / "answer.txt").write_text("def f(x):\n    return x\n")
    with BenchSession(ModelSpec("say", tmp_path / "answer.txt", stand_in=True)) as session:
        assert isinstance(list(session.start())[-1], EngineLoaded)
        yield session


def solved(session: BenchSession, method: str) -> SolveFinished:
    *_, last = session.solve(SolveRequest(load(DEMO_ID), method, budget_s=20.0))
    assert isinstance(last, SolveFinished)
    return last


def test_by_the_models_clock_a_task_takes_the_same_whatever_ran_before_it(session: BenchSession) -> None:
    session.prices = TABLE
    first, _, again = solved(session, "greedy"), solved(session, "sample"), solved(session, "greedy")
    assert (again.wall_s, again.stages, again.trial_list) == (first.wall_s, first.stages, first.trial_list)
    assert first.wall_s > TABLE.decode_s(first.tokens.prompt)


def test_by_the_walls_clock_nothing_has_a_price(session: BenchSession) -> None:
    session.prices = TABLE
    priced = solved(session, "greedy")
    session.prices = None
    assert solved(session, "greedy").wall_s != priced.wall_s


def test_the_process_measures_prices(session: BenchSession) -> None:
    *_, measured = session.measure(threads=1)
    assert isinstance(measured, PricesMeasured)
    sizes = [price.tokens for price in measured.table.decodes]
    assert sizes == sorted(set(sizes))
    assert sizes[0] == 1
    assert all(price.seconds >= 0 for price in measured.table.decodes)
