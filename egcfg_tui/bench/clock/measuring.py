"""Measures how long decodes and runs take on an idle machine, even if the machine is busy.

On a CPU the price of a decode is the processor time of its threads: other programs lengthen the wall time,
but hardly the processor time. On two cores under a load of 8 to 12, the fastest of eight wall times was 5 to
9 times that of the idle machine, and the processor time 1.2 to 1.5 times. On a GPU the price is the wall
time. So is the price of a test: runs are short, and of several at least one is not
disturbed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from egcfg_sandbox import CodeTest, Program, Sandbox
from egcfg_tui.bench.clock.prices import Price, PriceTable
from egcfg_tui.engine.api import Engine, Inference

SIZES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512)
_PROMPT_TOKENS: Final = 200
_WIDEST: Final = 16
"""Decodes up to this size are measured with one token on each of many branches, as samples are decoded;
larger ones with all tokens on one branch, as in a prefill."""

_TIMED: Final = Program(
    "def total(numbers):\n    n = 0\n    for number in numbers:\n        n += number\n    return n\n",
    tuple(CodeTest(f"assert total(range({number})) == sum(range({number}))") for number in (1, 4, 9)),
    trace=True,
)
_AT_ONCE: Final = 8
"""A test is timed with this many programs at once, about as many as a line has candidates."""

_IN_VAIN: Final = 3
_MOST: Final = 12
"""A size is measured until `_IN_VAIN` tries in a row were less than 1 % faster than the fastest so far, at
most `_MOST` times. The fastest counts, because noise only makes a decode slower."""


def processor_clock(threads: int) -> Callable[[], float]:
    """A clock of the seconds that work on this many threads would take on an idle machine."""
    return lambda: time.process_time() / threads


def measured_prices(
    engine: Engine, sandbox: Sandbox, clock: Callable[[], float] = time.perf_counter
) -> PriceTable:
    """The prices of a loaded model's decodes, by `clock`, and of a test in the sandbox."""
    return PriceTable(_decode_prices(engine, clock), _test_s(sandbox))


def _test_s(sandbox: Sandbox) -> float:
    programs = [_TIMED] * _AT_ONCE

    def seconds() -> float:
        started = time.perf_counter()
        sandbox.run_many(programs)
        return time.perf_counter() - started

    return min(seconds() for _ in range(_MOST)) / (_AT_ONCE * len(_TIMED.tests))


def _decode_prices(engine: Engine, clock: Callable[[], float]) -> tuple[Price, ...]:
    """The fastest decode of each size after a prompt of 200 tokens.

    The sizes go up to the engine's largest batch, or until its cache is full.
    """
    word = engine.tokenize("x = y + 1\n")
    prices: list[Price] = []
    with engine.branch() as root:
        root.prompt((word * _PROMPT_TOKENS)[:_PROMPT_TOKENS])
        while engine.infer() is Inference.MORE:
            pass
        for size in SIZES:
            fastest, in_vain = float("inf"), 0
            for _ in range(_MOST):
                branches = [root.fork() for _ in range(size if size <= _WIDEST else 1)]
                for branch in branches:
                    branch.prompt((word * size)[: size // len(branches)])
                started = clock()
                outcome = engine.infer()
                seconds = clock() - started
                for branch in branches:
                    branch.close()
                if outcome is not Inference.DONE:
                    return tuple(prices)
                in_vain = in_vain + 1 if seconds > 0.99 * fastest else 0
                fastest = min(fastest, seconds)
                if in_vain == _IN_VAIN:
                    break
            prices.append(Price(size, fastest))
    return tuple(prices)
