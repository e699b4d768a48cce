"""The model's clock: decodes and runs cost their price, whatever the wall clock says."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from support.total import EXERCISE, MARKER, RIGHT, WRONG

from egcfg_sandbox import CodeTest, Limits, Program
from egcfg_tui.bench.clock.account import Account, PricedEngine, PricedSandbox
from egcfg_tui.bench.clock.measuring import SIZES, measured_prices
from egcfg_tui.bench.clock.prices import Price, PriceTable
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.events import SolveFinished
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.request.solve_request import SolveRequest
from egcfg_tui.solving.solve import solve

PRICES = PriceTable((Price(1, 0.01), Price(100, 1.0)), test_s=0.5)
"""A hundredth a token."""


@pytest.fixture
def account() -> Account:
    account = Account()
    account.prices = PRICES
    return account


@pytest.fixture
def sandbox(account: Account) -> Iterator[PricedSandbox]:
    with PricedSandbox() as sandbox:
        sandbox.account = account
        yield sandbox


def model() -> FakeEngine:
    return FakeEngine(scripted(lambda _: [(WRONG, 1.0), (RIGHT, 0.02)], MARKER))


def test_a_decode_costs_its_distinct_tokens(account: Account) -> None:
    engine = PricedEngine(model(), account)
    with engine.branch() as root:
        root.prompt([1] * 10)
        engine.infer()
        assert account.seconds == pytest.approx(0.10)
        with root.fork() as one, root.fork() as other:
            for branch in (one, other):
                branch.prompt([2])
            engine.infer()
        assert account.seconds == pytest.approx(0.12)
        engine.infer()  # nothing is pending
    assert account.seconds == pytest.approx(0.12)


def test_a_run_costs_the_price_of_its_tests_and_a_timeout_what_it_took(
    account: Account, sandbox: PricedSandbox
) -> None:
    sandbox.run(Program("x = 1", (CodeTest("assert x == 1"), CodeTest("assert x == 2"))))
    assert account.seconds == 1.0
    endless = Program("while True: pass", (CodeTest("assert True"),), limits=Limits(wall_s=0.8))
    sandbox.run(endless)
    assert account.seconds >= 1.8


@pytest.mark.parametrize("method", ["auto", "sample", "egcfg", "greedy"])
def test_a_solve_by_the_models_clock_is_the_same_however_slow_the_machine_is(
    sandbox: PricedSandbox, account: Account, method: str
) -> None:
    def run(slowness_s: float) -> SolveFinished:
        account.seconds = 0.0

        def clock() -> float:
            time.sleep(slowness_s)
            return account.seconds

        inbox = CommandInbox(budget_s=6.0, clock=clock)
        *_, last = solve(
            PricedEngine(model(), account), sandbox, SolveRequest(EXERCISE, method, budget_s=6.0), inbox
        )
        assert isinstance(last, SolveFinished)
        return last

    fast, slow = run(0.0), run(0.002)
    assert (fast.solution, fast.tokens, fast.reason, fast.wall_s) == (
        slow.solution,
        slow.tokens,
        slow.reason,
        slow.wall_s,
    )
    assert [trial.wall_s for trial in fast.trial_list] == [trial.wall_s for trial in slow.trial_list]
    assert fast.stages == slow.stages


def test_prices_are_the_fastest_of_some_by_any_clock(sandbox: PricedSandbox) -> None:
    engine, ticks = FakeEngine(scripted(lambda _: [("a", 1.0)], "\n"), batch_tokens=64), iter(range(10**6))
    table = measured_prices(engine, sandbox, lambda: float(next(ticks)))
    assert [price.tokens for price in table.decodes] == [size for size in SIZES if size <= 64]
    assert {price.seconds for price in table.decodes} == {1.0}
    assert 0 < table.test_s < 3
    assert engine.free_tokens == engine.info.context_tokens


def test_a_context_too_small_to_measure_in_ends_the_table(sandbox: PricedSandbox) -> None:
    engine = FakeEngine(scripted(lambda _: [("a", 1.0)], "\n"), context_tokens=220)
    assert [price.tokens for price in measured_prices(engine, sandbox).decodes] == [1, 2, 3, 4, 6, 8, 12, 16]
