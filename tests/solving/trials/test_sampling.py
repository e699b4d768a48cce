"""A round of samples: when it ends."""

from __future__ import annotations

from support.total import EXERCISE, MARKER, WRONG
from support.trials import solve_context

from egcfg_sandbox import Sandbox
from egcfg_tui.engine.fake import FakeEngine, scripted
from egcfg_tui.solving.commands import CommandInbox
from egcfg_tui.solving.context import SolveContext
from egcfg_tui.solving.request.settings import Settings
from egcfg_tui.solving.trials.sample_tree import Samples
from egcfg_tui.solving.trials.sampling import ROUND, sample_trial

ANSWERS = [(WRONG.replace("result = x", f"result = x * {number}0"), 1.0) for number in range(1, 40)]
SETTINGS = Settings(temperature=1.0)


def rounds(sandbox: Sandbox, count: int, later_s: float) -> list[int]:
    """The distinct answers of rounds with a budget of 100 s, if the first answer ends at `later_s`."""
    running: list[SolveContext] = []

    def clock() -> float:
        return later_s if any(context.failures for context in running) else 0.0

    engine = FakeEngine(scripted(lambda _: ANSWERS, MARKER))
    inbox = CommandInbox(budget_s=100.0, clock=clock)
    with solve_context(engine, sandbox, EXERCISE, inbox=inbox) as context, Samples(context, 0) as samples:
        running.append(context)
        found: list[int] = []
        for _ in range(count):
            before = len(context.failures)
            list(sample_trial(context, samples.tree(SETTINGS), ROUND))
            found.append(len(context.failures) - before)
    return found


def test_a_round_ends_after_its_distinct_answers(sandbox: Sandbox) -> None:
    assert all(found >= ROUND for found in rounds(sandbox, 2, later_s=49.0))


def test_a_round_ends_at_half_of_the_budget_and_the_next_one_is_whole(sandbox: Sandbox) -> None:
    first, second = rounds(sandbox, 2, later_s=51.0)
    assert first < ROUND <= second
