"""Measures what decodes cost while the machine is idle, also while it is not.

On a CPU a decode costs the processor time of its threads: what other programs take adds to the wall's time
and hardly to this. Measured on two cores under a load of 8 to 12, the wall's fastest of eight was 5 to 9
times what the idle machine takes, the processor time 1.2 to 1.5 times. On a GPU it costs the wall's time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from egcfg_tui.bench.clock.prices import Price, PriceTable
from egcfg_tui.engine.api import Engine, Inference

SIZES: Final = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256, 512)
_PROMPT_TOKENS: Final = 200
_WIDEST: Final = 16
"""Up to here a decode is of samples side by side; wider ones are prefills, of one branch."""

_IN_VAIN: Final = 3
_MOST: Final = 12
"""A size is measured until so many tries in a row were not a hundredth faster, and so often at most: noise
only ever adds."""


def processor_clock(threads: int) -> Callable[[], float]:
    """Seconds that work on so many threads takes where nothing else wants them."""
    return lambda: time.process_time() / threads


def measured_prices(engine: Engine, clock: Callable[[], float] = time.perf_counter) -> PriceTable:
    """The price table of a loaded model: decodes of each size behind a prompt of 200 tokens, the fastest of
    some. Sizes end at the engine's largest batch, or where its cache is full.
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
                    return PriceTable(tuple(prices))
                in_vain = in_vain + 1 if seconds > 0.99 * fastest else 0
                fastest = min(fastest, seconds)
                if in_vain == _IN_VAIN:
                    break
            prices.append(Price(size, fastest))
    return PriceTable(tuple(prices))
